# Kalimat untuk penolakan dari mesin: buku nilai, antrean kerja, kontak.
problem-ledger-amount = Jumlah harus lebih dari nol.
problem-ledger-bucket = Nilai tidak dipindahkan dengan cara ini dari atau ke “{ $bucket }”.
problem-ledger-closed = Akun nilai ini sudah ditutup.
problem-ledger-expired = Nilai ini sudah hangus sebelum dapat dipakai.
problem-ledger-frozen = Akun nilai ini dibekukan; isinya tidak dapat diambil.
problem-ledger-insufficient = Saldo tidak cukup: tersedia { $left }.
problem-ledger-not-empty = Akun nilai dapat ditutup setelah tidak ada lagi yang tersedia, menunggu, atau dipesan.
problem-ledger-not-reversible = Catatan ini tidak dapat dibatalkan; hanya yang dimasukkan, dipakai, atau dipindahkan.
problem-ledger-other = Pemilik ini sudah punya akun nilai seperti itu, dengan hitungan lain.
problem-ledger-reservation = Dari pemesanan ini tersisa { $left }.
problem-ledger-reservation-over = Pemesanan harus berakhir setelah saat ini.
problem-ledger-reversed = Dari catatan ini masih dapat dibatalkan { $left }.
problem-ledger-too-exact = Akun nilai ini menghitung { $places } angka di belakang koma.
problem-ledger-too-large = Jumlahnya terlalu besar.
problem-ledger-too-little-in = Isi “{ $bucket }” tidak cukup: { $left }.
problem-work-not-stopped = Satuan ini tidak lagi gagal atau tidak diketahui.
