# Sentences for problems with files, imports, jobs and the rules of records.
problem-no-such-stage = This pipeline has no stage of that kind.
problem-npwp-letters = An NPWP holds digits only.
