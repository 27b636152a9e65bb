# Sentences for what an engine refuses: ledger, work, contact.
problem-ledger-amount = An amount is above zero.
problem-ledger-bucket = Nothing is moved this way to or from “{ $bucket }”.
problem-ledger-closed = This account is closed.
problem-ledger-expired = The value would be gone before it can be used.
problem-ledger-frozen = This account is frozen; nothing is taken from it.
problem-ledger-insufficient = There is not enough: { $left } are available.
problem-ledger-not-empty = An account is closed once nothing is available, waiting or reserved in it.
problem-ledger-not-reversible = This entry cannot be taken back; only what was put in, spent or moved can.
problem-ledger-other = The holder has such an account already, and it counts otherwise.
problem-ledger-reservation = Of this reservation { $left } are left.
problem-ledger-reservation-over = A reservation ends later than now.
problem-ledger-reversed = Of this entry { $left } can still be taken back.
problem-ledger-too-exact = This account counts { $places } decimal places.
problem-ledger-too-large = The amount is too large.
problem-ledger-too-little-in = There is not enough in “{ $bucket }”: { $left }.
problem-work-not-stopped = This unit has neither failed nor is it unknown any more.
