# The name of the group.
group-activities = Activities

problem-handover-self = The one responsible now cannot take it over from himself.
problem-answer-not-allowed = This person may not be written to; a task was made instead.
work-voice-answer = Answers to customer voices
