# What the rules of purchases say of a customer.
concern-overdue = { $amount } lewat tempo, terlama { $days } hari
concern-quiet = { $days } hari tidak membeli, biasanya setiap { $usual } hari
concern-pays-late = Rata-rata bayar telat { $days } hari
concern-credit = Piutang { $owed } dari batas kredit { $limit }
concern-credit-of-several = Piutang { $owed } dari batas kredit { $limit } pada { $count } perusahaan
problem-lost-needs-reason = Catat dulu mengapa pelanggan ini hilang: “Pelanggan hilang” di samping, dengan alasan dan pesaingnya.
problem-customer-wanted = Isi perusahaan atau kontaknya.
problem-competitor-wanted = Sebutkan pesaingnya, atau centang bahwa tidak ada yang diketahui.
