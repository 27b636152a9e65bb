# Kalimat galat untuk webhook dan pemanggilan server lain.
problem-hook-filter-object = Filter hanya untuk kejadian dari satu objek. Pilih kejadian dari objek itu saja.
problem-hook-gone = Dihentikan: penerima menjawab bahwa alamat ini sudah tidak ada (410). Perbaiki alamatnya, lalu nyalakan lagi.
problem-hook-not-over = Pengiriman ini masih berjalan.
problem-hook-off = Webhook ini sedang mati. Nyalakan dulu.
problem-hook-silent = Dihentikan: penerima sudah lima hari tidak menjawab dengan baik. Setelah diperbaiki, nyalakan lagi.
problem-outside-broken = Penerima memutus sambungan atau menjawab dengan sesuatu yang bukan HTTP.
problem-outside-downgrade = Penerima mengalihkan dari https ke alamat tanpa perlindungan.
problem-outside-port = Port ini tidak boleh dipanggil. Pakai 80 atau 443, atau minta pengelola server mengizinkannya.
problem-outside-private = Alamat ini tidak berada di internet umum, jadi tidak dipanggil. Pengelola server dapat mengizinkannya.
problem-outside-redirects = Penerima mengalihkan terlalu banyak kali.
problem-outside-timeout = Penerima butuh lebih dari sepuluh detik.
problem-outside-tls = Penerima tidak dapat membuktikan identitasnya (sertifikat).
problem-outside-unreachable = Tidak ada yang menerima sambungan di alamat ini.
problem-outside-unresolved = Tidak ada server dengan nama ini.
problem-outside-url = Ini bukan alamat web. Tulis seperti https://contoh.co.id/jalur.
