# Sentences for problems with webhooks and with calling other servers.
problem-hook-filter-object = A filter goes with events of one object. Choose only events of that object.
problem-hook-gone = Stopped: the other side answered that this address is gone for good (410). Correct the address and switch it on again.
problem-hook-not-over = This delivery is still on its way.
problem-hook-off = This webhook is switched off. Switch it on first.
problem-hook-silent = Stopped: the other side has not answered well for five days. Once it is mended, switch it on again.
problem-outside-broken = The other side broke off or answered with something that is not HTTP.
problem-outside-downgrade = The other side sent us on from https to an address without protection.
problem-outside-port = This port may not be called. Use 80 or 443, or ask whoever runs the server to allow it.
problem-outside-private = This address is not on the public internet, so it is not called. Whoever runs the server can allow it.
problem-outside-redirects = The other side sent us on too many times.
problem-outside-timeout = The other side took longer than ten seconds.
problem-outside-tls = The other side could not prove who it is (certificate).
problem-outside-unreachable = Nobody took the connection at this address.
problem-outside-unresolved = There is no server of this name.
problem-outside-url = This is not a web address. Write it as https://example.com/path.
