# The Today page.
problem-lead-taken = This lead is being worked on already.
today-afternoon = Good afternoon, { $name }
today-agenda = Agenda
today-begin = Start here
today-begin-account = Add the first account
today-begin-account-why = A customer you look after, or one you want to win
today-begin-import = Import contacts from a file
today-begin-import-why = CSV or Excel; tried out before anything changes
today-begin-invite = Invite a colleague
today-begin-invite-why = Share customers, tasks and opportunities in a team
today-begin-opportunity = Open the first opportunity
today-begin-opportunity-why = A sale in the making, until it is won or lost
today-begin-text = Your tasks, calls and appointments show up here as soon as something is noted.
today-call = Call
today-call-count = { $n ->
    [one] { $n } call
   *[other] { $n } calls
}
today-calls = Calls
today-chat = WhatsApp to { $name }
today-closing = Expected to close this month
today-days-left = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
today-defer = Move to tomorrow
today-defer-all = Move all to tomorrow
today-deferred = { $n ->
    [one] { $n } task moved to tomorrow
   *[other] { $n } tasks moved to tomorrow
}
today-done = Done: { $task }
today-evening = Good evening, { $name }
today-free = No task is due today.
today-gauge = { $n }% of the { $whole } closing this month
today-gauge-of = of { $whole } this month
today-greeting = Draft greeting for { $name }
today-late = Late
today-late-count = { $n } late
today-lead-owned = { $name } belongs to { $owner }. Ask there if the lead is to change hands.
today-leads = New leads
today-mine = Mine
today-month = Won in { $month }
today-morning = Good morning, { $name }
today-none-closing = No opportunity closes this month yet.
today-new-task = New task
today-noon = Good afternoon, { $name }
today-nothing = nothing due
today-occasions = Birthdays & anniversaries
today-open = Open opportunities ({ $n })
today-score = score { $n }
today-steps = Next steps of opportunities
today-take = Take
today-taken = You are working on { $name } now
today-task-count = { $n ->
    [one] { $n } task
   *[other] { $n } tasks
}
today-task-made = Task made: { $task } · { $when }
today-tasks = Today
today-team = My team
today-tomorrow = Tomorrow
today-type-task = Type a task, e.g. “call Suparman tomorrow 10:00”
today-weighted = Weighted
today-who = Whose
today-won = { $n ->
    [one] { $n } opportunity won
   *[other] { $n } opportunities won
}
