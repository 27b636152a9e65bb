# What the rules of this domain object to.
problem-company-refused = A company of this name cannot be made. Check the name or choose an existing company.
problem-cycle = A record cannot stand below itself.
