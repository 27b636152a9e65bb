# Kalimat galat untuk berkas, impor, pekerjaan, dan aturan catatan.
problem-nib-length = NIB terdiri dari 13 angka.
problem-nib-letters = NIB hanya boleh memuat angka.
problem-nik-letters = NIK hanya boleh memuat angka.
problem-nitku-length = NITKU terdiri dari 22 angka.
problem-nitku-letters = NITKU hanya boleh memuat angka.
problem-no-such-stage = Alur ini tidak punya tahap yang sesuai.
problem-npwp-letters = NPWP hanya boleh memuat angka.
