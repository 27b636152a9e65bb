# What the rules of this domain object to.
problem-already-converted = Prospek ini sudah dijadikan peluang.
problem-convert-instead = Pakai tombol “Jadikan peluang” untuk mengonversi prospek ini.
