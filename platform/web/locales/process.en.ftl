# Process maps: how the work goes, and where time is lost.
history-process = passed over the process
job-count-stays = Counting working time in the steps anew
length-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
length-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
length-hours-working = { $n ->
    [one] { $n } working hour
   *[other] { $n } working hours
}
length-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
length-minutes-working = { $n ->
    [one] { $n } working minute
   *[other] { $n } working minutes
}
process-age-p90 = Nine of ten wait no longer than
process-asks = { $n ->
    [0] Asks for nothing
    [one] Asks for { $n } thing
   *[other] Asks for { $n } things
}
process-at-most = ≤ { $limit }
process-before-entering = Before it goes in
process-before-leaving = Before it leaves
process-both = { $length } ({ $worked } of work)
process-bottleneck = Bottleneck
process-calendar = Business calendar
process-calendar-hint = Working time is counted by it, with its holidays.
process-came = { $n } came in
process-change = Change the map
process-choose-step = Choose a step to see its guidance, its rules and its figures. Arrow keys go from step to step.
process-count = Records
process-days = { $n } days
process-draw = Draw the map
process-draw-text = Choose a step to say what is to be done there, what must hold before a record goes in or leaves, and where it may go. Drag from one step to another to draw the way between them; do it again to take it away.
process-elsewhere = Out of the pipeline
process-entry-needs = Before it goes in
process-entry_fields = Filled before it goes in
process-entry_rules = Rules before it goes in
process-exit-needs = Before it leaves
process-exit_fields = Filled before it leaves
process-exit_rules = Rules before it leaves
process-fact-back = Ways back
process-fact-bottleneck = Most time is lost in
process-fact-late = Late
process-fact-lost-time = Time lost
process-fact-waiting = Waiting now
process-fact-won = Won of all that ended
process-faulty = No longer fits
process-faulty-text = Its pipeline or fields have changed. The map has no effect until that is mended: give the stages their names back, or bring a mended file in.
process-file-in = Bring in
process-file-out = Export
process-filled = { $name } is filled
process-filter = Filter
process-filter-clear = Clear
process-from = From
process-gone = { $n ->
    [0] No record did so in the last { $days } days.
    [one] One record did so in the last { $days } days.
   *[other] { $n } times in the last { $days } days.
}
process-gone-came = Came in
process-gone-left = Left
process-gone-more = The last { $n } of the last { $days } days; there are more.
process-gone-next = Went to
process-gone-time = Time spent
process-gone-worked = Working time
process-guide-en = What is to be done (English)
process-guide-id = What is to be done (Indonesian)
process-head-again = Again
process-head-age = Waiting (median)
process-head-back = Back
process-head-came = Came in
process-head-late = Over the limit
process-head-left = Left
process-head-lost = Lost
process-head-median = Time (median)
process-head-on = On
process-head-p90 = 9 of 10 within
process-head-stage = Step
process-head-waiting = Waiting (late)
process-head-worked = Working time
process-limit = At most
process-look = Look at the figures
process-manage = Manage
process-late = { $n } late
process-median = Median { $length }
process-moves = Where records went
process-moves-none = No record has left a step in this period.
process-name = Map
process-new = New map
process-new-text = A map is drawn over the stages of a pipeline. It begins empty and asks for nothing; you add to it step by step.
process-next = To
process-no-pipelines = There is no pipeline yet. Make one first; the map is drawn over its stages.
process-no-way = There is no way there
process-none = No process map yet
process-object = Object
process-of-left = Of those that left
process-off = Out of force
process-on = In force
process-open-list = { $n ->
    [one] Show the { $n } that waits
   *[other] Show the { $n } that wait
}
process-open-lost = { $n ->
    [one] Show the { $n } that was lost here
   *[other] Show the { $n } that were lost here
}
process-ordered = Only along the ways that are drawn
process-ordered-hint = A move elsewhere is refused. Without this tick the ways only show what is expected.
process-panel = Step
process-pass = May pass over it
process-pass-hint = What the map asks for does not stop them. It is written in the history and in the audit trail.
process-period = Period
process-picture = Picture of the process
process-pipeline = Pipeline
process-rest = Take out of force
process-role = Role: { $name }
process-rule-add = Add a rule
process-rule-entry = Rule before { $stage }
process-rule-exit = Rule before leaving { $stage }
process-rule-name-hint = These words are shown when the rule is not met: “Worth 10 million at least”.
process-rule-remove = Remove the rule
process-rule-text = Put together what has to hold of the record, and give it words people understand.
process-rule-none = Nothing put together yet.
process-rules = Rules
process-share = { $n }%
process-starts = A record may begin here
process-state = State
process-steps = Steps
process-table = Steps in figures
process-table-text = Figures of time are of what left a step within the period. Working time follows the business calendar. “Over the limit” is the time above what the map allows, “again” the time of those that came back. The bottleneck is the step where most of both is lost.
process-text = A process map says how your firm works: what to do in each stage, what must hold before a record goes on, and which ways there are. It is held everywhere records are changed, and shows where time is lost.
process-to = May go to
process-to-hint = Without a tick: anywhere.
process-to-whole = The whole map
process-told-field = { $name } was not filled
process-told-passed = passed over the process { $name }
process-told-path = the way is not drawn
process-unit = Unit
process-unit-d = Days
process-unit-h = Hours
process-unit-m = Minutes
process-unit-w = Working hours
process-use = Put in force
process-version = Version { $n } of { $all }
process-waiting = { $n ->
    [0] Nothing waits
    [one] { $n } waits
   *[other] { $n } wait
}
process-waiting-late = { $n ->
    [one] { $n } waits, { $late } late
   *[other] { $n } wait, { $late } late
}
process-ways = Ways from here: { $ways }
process-whole = The whole process
processes = Processes
settings-processes = Process maps
