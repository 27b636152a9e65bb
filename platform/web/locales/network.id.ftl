# The network around a record.
network = Jaringan
network-record = Buka halamannya
network-depth = Sejauh
network-steps = { $n } langkah
network-kinds = Jenis hubungan
network-past = Juga yang dulu
network-show = Tampilkan
network-none = Belum ada hubungan. Tambahkan lewat panel hubungan di halamannya.
network-cut = Yang terdekat saja: { $n } titik. Kurangi langkahnya atau pilih jenisnya.
network-influence = Paling berpengaruh
network-influence-hint = Jumlah kekuatan semua hubungannya di gambar ini
network-count = { $nodes } titik, { $ties } hubungan
network-direct = berhubungan langsung
network-over = lewat { $names }
network-open = Lihat jaringannya
