# What the rules of this domain object to.
problem-company-refused = Perusahaan dengan nama ini tidak bisa dibuat. Periksa namanya atau pilih perusahaan yang sudah ada.
problem-cycle = Data ini tidak bisa berada di bawah dirinya sendiri.
