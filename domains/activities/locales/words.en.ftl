# The name of the group.
group-activities = Activities
