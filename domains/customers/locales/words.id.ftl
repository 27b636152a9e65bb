# The name of the group, and what its rules object to.
group-customers = Pelanggan
group-service = Layanan
problem-company-refused = Perusahaan dengan nama ini tidak bisa dibuat. Periksa namanya atau pilih perusahaan yang sudah ada.
problem-in-another-household = Orang ini pada masa itu anggota rumah tangga lain. Isi dulu tanggal selesainya di sana.
problem-greeting-without-consent = Penerima belum mengizinkan ucapan lewat saluran ini, atau sudah menarik izinnya. Tanyakan dulu, lalu catat di panel “Izin dihubungi” pada halamannya.
problem-greeting-without-policy = Belum ada aturan kirim untuk ucapan lewat saluran ini; tanpa aturan tidak ada yang keluar. Administrator membuatnya di Pengaturan → Izin & aturan kirim.
problem-status-by-erasure = Status ini ditetapkan oleh penghapusan data pribadi, bukan dengan tangan.
