# Inbox and following records.
follow-add = Follow: tell me when something changes
follow-off = You no longer follow this record
follow-on = You follow this record. News of it goes to your inbox.
follow-remove = Stop following
inbox-all = All
inbox-assigned = handed over to you:
inbox-changed = changed
inbox-done = completed
inbox-entry = added { $object }
inbox-mention = mentioned you in
inbox-none = Your inbox is empty
inbox-none-text = News appears here when somebody mentions you with @, hands work over to you, or changes a record you follow.
inbox-none-unread = All read
inbox-none-unread-text = Nothing new. Older news is under All.
inbox-read = Mark as read
inbox-read-all = Mark all as read
inbox-unread = Unread
problem-too-many-pages = Too many pages are open at once. This page still works, but is not kept up to date by itself; close some tabs.
record-pin = Pin to the top
record-pinned = Pinned
record-unpin = Unpin

live-changed = { $who } has just changed this record.
live-here = { $who } is looking at this page
inbox-said = tells you about
