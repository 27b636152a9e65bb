# Melihat dengan mata orang lain.
problem-seeing-as = Selagi melihat dengan mata orang lain, Anda tidak bisa mengubah apa pun. Akhiri dulu lewat bilah di atas.
see-as-end = Selesai
see-as-role = Anda melihat sebagai peran { $name }.
see-as-text = Hanya melihat: tidak ada yang bisa diubah.
see-as-this-role = Lihat sebagai peran ini
see-as-this-user = Lihat sebagai orang ini
see-as-through = Data “milik sendiri” dan “tim” adalah milik { $name }.
see-as-through-nobody = Belum ada yang memegang peran ini: data “milik sendiri” dan “tim” adalah milik Anda.
see-as-user = Anda melihat sebagai { $name }.
