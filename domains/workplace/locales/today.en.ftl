# The Today page.
problem-lead-taken = This lead is being worked on already.
today-afternoon = Good afternoon, { $name }
today-agenda = Agenda
today-call = Call
today-call-count = { $n ->
    [one] { $n } call
   *[other] { $n } calls
}
today-calls = Calls
today-chat = WhatsApp to { $name }
today-closing = and { $amount } more expected to close
today-days-left = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
today-defer = Put off to tomorrow
today-defer-all = Put all off to tomorrow
today-deferred = { $n ->
    [one] { $n } task put off to tomorrow
   *[other] { $n } tasks put off to tomorrow
}
today-done = Done: { $task }
today-evening = Good evening, { $name }
today-free = No task is due today.
today-gauge = { $n }% of the { $whole } closing this month
today-gauge-none = No opportunity closes this month yet
today-late = Late
today-late-count = { $n } late
today-lead-owned = { $name } belongs to { $owner }. Ask there if the lead is to change hands.
today-leads = New leads
today-mine = Mine
today-month = Won in { $month }
today-morning = Good morning, { $name }
today-new-task = New task
today-noon = Good afternoon, { $name }
today-nothing = nothing due
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
