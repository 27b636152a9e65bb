# Record pages, forms, bin, history of changes and search.
bin-ask = Delete { $title }?
bin-ask-text = The record moves to the bin and can be brought back for { $days } days.
bin-choose-all = Select all on this page
bin-deleted = { $title } moved to the bin
bin-empty = The bin is empty
bin-gone = Gone for good
bin-hanging = What is linked to it stays, but the link is no longer seen:
bin-none = No “{ $q }” in the bin.
bin-nothing-chosen = First choose what to restore.
bin-purge = Delete for good
bin-purge-ask = Delete { $title } for good?
bin-purge-text = The record and its timeline are gone and cannot be brought back.
bin-purged = Deleted for good
bin-restore = Restore
bin-restore-chosen = Restore the chosen
bin-restored = { $title } restored
bin-restored-many = { $n ->
    [one] { $n } record restored
   *[other] { $n } records restored
}
bin-search = Search { $field }
bin-text = Deleted records are kept here for { $days } days and then go for good.
bin-title = Bin
bin-when = Deleted
choose-file = Choose a file or drop it here
history-create = created this record
history-delete = moved it to the bin
history-door-api = through the API
history-door-command = by command
history-door-import = by import
history-door-job = by a background job
history-door-mcp = through an assistant
history-door-undo = undoing a change
history-empty = No changes yet.
history-merge = merged records
history-of-field = History of { $field }
history-purge = deleted it for good
history-restore = restored it from the bin
history-see-as = began to look at Akrab with these eyes
history-see-as-end = stopped looking with these eyes
history-totp-off = turned two-step verification off
history-undone = Change undone
history-update = changed
record-about = About this record
record-action-title = { $action }: { $title }
record-all-kinds = All
record-assign = Assign
record-by-system = Akrab
record-call = Call
record-changes = Changes
record-clone = Duplicate
record-conflict-by = changed by { $who }
record-conflict-inline = Somebody else has just changed it to “{ $value }”.
record-conflict-text = While you were typing, somebody saved changes to the same fields. Choose which to keep; nothing is lost before you choose.
record-conflict-title = Somebody else changed this record
record-conflict-was = Before:
record-copy-link = Copy link
record-copy-of = { $name } (copy)
record-created = { $object } created: { $title }
record-data = Data
record-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
record-days-limit = { $n ->
    [one] { $n } day, limit { $limit }
   *[other] { $n } days, limit { $limit }
}
record-days-target = { $n ->
    [one] target { $n } day
   *[other] target { $n } days
}
record-delete = Delete
record-edit = Edit
record-edit-hint = Only fields that changed are saved.
record-edit-title = Edit { $title }
record-entry-saved = { $kind } saved
record-field-saved = { $field } saved
record-fields-changed = { $n ->
    [one] { $n } field changed
   *[other] { $n } fields changed
}
record-figures = Key figures
record-find = Search the timeline
record-gate-count = { $n } of { $of }
record-gate-fill = Fill in
record-gate-missing = not filled in
record-gate-title = Needed for { $stage }
record-history = History of changes
record-in-two-days = In two days
record-kinds = Kinds of activity
record-late-days = { $n ->
    [one] { $n } day late
   *[other] { $n } days late
}
record-links-count = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
record-mail = E-mail
record-may-edit = may edit
record-may-read = may read
record-moment-example = e.g. tomorrow 10:00
record-moment-now = now
record-more = More
record-more-fields = More fields
record-next = Next
record-next-at = Next: { $when }
record-next-week = Next week
record-no-date = no due date
record-none-yet = No { $objects } yet.
record-no-such-key = This shortcut does not apply to { $records }.
record-nothing-planned = nothing is planned
record-nothing-changed = Nothing changed.
record-older = Show older
record-other-fields = Other fields
record-other-time = Another time…
record-owner-short = owner { $name }
record-path = Stages
record-plan = Plan it
record-place = { $n } of { $of }
record-postpone = Postpone
record-print = Print
record-read-only-formula = Calculated from other fields.
record-read-only-program = Set by Akrab.
record-read-only-right = Your role may not change this field.
record-read-only-rollup = Calculated from related records.
record-related = Related
record-related-below = Below this one
record-related-none = None yet
record-save = Save
record-save-new = Save & new
record-saved = Saved
record-saved-merged = Saved together with somebody else’s changes
record-seen-by = { $n ->
    [one] { $n } person can see { $title }:
   *[other] { $n } people can see { $title }:
}
record-stage-forward = Move forward
record-step-done = Done
record-tabs = Parts
record-timeline = Timeline
record-timeline-empty = Nothing has happened yet. Write the first note above.
record-tomorrow = Tomorrow
record-upcoming = Upcoming
record-value-empty = empty
record-was-created = { $object } created
record-whatsapp = WhatsApp
record-who-sees = Who can see this
record-why-all = The role { $role } sees all of these
record-why-owner = Owner
record-why-team = The role { $role } sees its team’s records
record-why-tree = The role { $role } sees records of its team and the teams below
record-write-any = What happened?
record-write-hint = Ctrl+Enter saves
record-write-more = More
record-write-to = to
search-actions = Actions
search-all = All that match in { $objects }
search-count = { $n ->
    [one] { $n } result · { $ms } ms
   *[other] { $n } results · { $ms } ms
}
search-none = Nothing matches “{ $q }”
search-opened = opened recently
search-places = Go to
search-recent = Recent
value-duration-example = e.g. 30 minutes
value-file = File
value-file-hint = { $max } MB at most.
value-file-limit = Kinds taken: { $kinds }; { $max } MB at most
value-file-remove = Take the file off
value-no = No
value-out-of-sight = Out of your sight
value-position-failed = The device did not say where it is. Type the position, or leave it empty.
value-position-take = Take the position of this device
value-word-example = Other words, separated by commas
value-word-new = Add “NAME”
value-yes = Yes
history-door-flow = by a flow
record-risk = Risk
record-risk-low = Low
record-risk-middle = Medium
record-risk-high = High
record-risk-none = Nothing to worry about
record-risk-why = Why at risk
record-overdue-days = { $n } days overdue
record-due-day = due { $day }
record-days-late = { $n } days late
record-narrow = Narrow the timeline
record-any-kind = Any kind
record-anybody = Anybody
record-since = From
record-until = To
record-narrow-do = Apply
record-narrow-not = Clear
