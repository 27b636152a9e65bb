# What the rules of purchases say of a customer.
concern-overdue = { $amount } overdue, by up to { $days } days
concern-quiet = No purchase for { $days } days, usually every { $usual } days
concern-pays-late = Pays { $days } days late on average
concern-credit = { $owed } owed of a credit limit of { $limit }
concern-credit-of-several = { $owed } owed of credit limits of { $limit } at { $count } accounts
problem-lost-needs-reason = Say first why this customer is lost: “Lost customer” beside it, with reason and competitor.
problem-customer-wanted = Say which account or contact it belongs to.
problem-competitor-wanted = Name the competitor, or say that none is known.
