# The name of the group.
group-activities = Kegiatan

problem-handover-self = Penanggung jawab yang sekarang tidak bisa menerima dari dirinya sendiri.
problem-answer-not-allowed = Orang ini tidak boleh dikirimi email; sebagai gantinya dibuat tugas.
work-voice-answer = Jawaban atas suara pelanggan
