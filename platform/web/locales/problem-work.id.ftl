# Kalimat galat untuk berkas, impor, pekerjaan, dan aturan catatan.
problem-no-such-stage = Alur ini tidak punya tahap yang sesuai.
problem-npwp-letters = NPWP hanya boleh memuat angka.
