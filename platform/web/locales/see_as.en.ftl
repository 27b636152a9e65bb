# Looking with somebody else's eyes.
problem-seeing-as = While you look with somebody else's eyes you cannot change anything. End it first in the bar above.
see-as-end = End
see-as-role = You are looking as the role { $name }.
see-as-text = Read-only: nothing can be changed.
see-as-this-role = See as this role
see-as-this-user = See as this person
see-as-through = “Own” and “team” records are those of { $name }.
see-as-through-nobody = Nobody has this role yet: “own” and “team” records are yours.
see-as-user = You are looking as { $name }.
