# The name of the group, and what its rules object to.
group-customers = Pelanggan
problem-company-refused = Perusahaan dengan nama ini tidak bisa dibuat. Periksa namanya atau pilih perusahaan yang sudah ada.
problem-cycle = Data ini tidak bisa berada di bawah dirinya sendiri.
