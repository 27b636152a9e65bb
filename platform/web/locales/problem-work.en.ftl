# Sentences for problems with files, imports, jobs and the rules of records.
problem-nib-length = A NIB has 13 digits.
problem-nib-letters = A NIB holds digits only.
problem-nik-letters = A NIK holds digits only.
problem-nitku-length = A NITKU has 22 digits.
problem-nitku-letters = A NITKU holds digits only.
problem-no-such-stage = This pipeline has no stage of that kind.
problem-npwp-letters = An NPWP holds digits only.
