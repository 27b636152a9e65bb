# The name of the group, and what its rules object to.
group-sales = Penjualan
problem-already-converted = Prospek ini sudah dijadikan peluang.
problem-convert-instead = Pakai tombol “Jadikan peluang” untuk mengonversi prospek ini.
