# The name of the group, and what its rules object to.
group-customers = Customers
group-service = Service
problem-company-refused = A company of this name cannot be made. Check the name or choose an existing company.
problem-in-another-household = At that time this person belongs to another household. Say first when that ended.
problem-greeting-without-consent = The receiver has not agreed to greetings on this channel, or no longer does. Ask first, then keep the answer in the panel “Consent” on their page.
problem-greeting-without-policy = There is no sending rule for greetings on this channel yet, and without one nothing goes out. An administrator makes it in Settings → Consent & sending.
problem-status-by-erasure = This status is set by the erasure of personal data, not by hand.
