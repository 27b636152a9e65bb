audit-kind-approval-clock = Moved the due time of an approval
clock-approval = Approval
clock-flow = Wait of the flow
clocks-after = Then due
clocks-before = Due now
clocks-do = Change the calendar and move them
clocks-more = And { $n } more.
clocks-record = Record
clocks-title = What the change moves
clocks-what = What is waited for
clocks-would-move = { $n ->
    [one] One running clock hangs on this calendar and would be due at another time. Nothing is changed yet.
   *[other] { $n } running clocks hang on this calendar and would be due at another time. Nothing is changed yet.
  }
