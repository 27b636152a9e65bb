# The name of the group, and what its rules object to.
group-customers = Customers
problem-company-refused = A company of this name cannot be made. Check the name or choose an existing company.
problem-cycle = A record cannot stand below itself.
