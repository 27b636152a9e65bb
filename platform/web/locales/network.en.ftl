# The network around a record.
network = Network
network-record = Open its page
network-depth = As far as
network-steps =
    { $n ->
        [1] 1 step
       *[other] { $n } steps
    }
network-kinds = Kinds of ties
network-past = Past ones too
network-show = Show
network-none = No ties yet. Add them in the panels of the page.
network-cut = Only the nearest { $n } are drawn. Take fewer steps or choose kinds.
network-influence = Most influence
network-influence-hint = The strengths of all ties in this picture together
network-count = { $nodes } nodes, { $ties } ties
network-direct = tied directly
network-over = over { $names }
network-open = See the network
