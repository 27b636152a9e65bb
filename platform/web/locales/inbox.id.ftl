# Kotak masuk dan mengikuti data.
follow-add = Ikuti: beri tahu saya bila ada yang berubah
follow-off = Anda tidak lagi mengikuti data ini
follow-on = Anda mengikuti data ini. Kabarnya masuk ke Kotak masuk.
follow-remove = Berhenti mengikuti
inbox-all = Semua
inbox-assigned = menyerahkan kepada Anda:
inbox-changed = mengubah
inbox-done = menyelesaikan
inbox-entry = menambahkan { $object }
inbox-mention = menyebut Anda dalam
inbox-none = Kotak masuk kosong
inbox-none-text = Di sini muncul kabar saat seseorang menyebut Anda dengan @, menyerahkan pekerjaan kepada Anda, atau mengubah data yang Anda ikuti.
inbox-none-unread = Semua sudah dibaca
inbox-none-unread-text = Tidak ada kabar baru. Kabar lama ada di bawah Semua.
inbox-read = Tandai sudah dibaca
inbox-read-all = Tandai semua sudah dibaca
inbox-unread = Belum dibaca
problem-too-many-pages = Terlalu banyak halaman terbuka sekaligus. Halaman ini tetap bisa dipakai, tetapi tidak diperbarui sendiri; tutup beberapa tab.
record-pin = Sematkan di atas
record-pinned = Disematkan
record-unpin = Lepas sematan

live-changed = { $who } baru saja mengubah data ini.
live-here = { $who } sedang membuka halaman ini
inbox-said = memberi tahu tentang
