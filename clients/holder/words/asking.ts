// What a holder reads where somebody has scanned the code and asks for data.

import type { Words } from "../../kit/words.svelte";

export const asking = {
  switch: {
    label: ["Tanya saya dahulu", "Ask me first"],
    on: [
      "Setelah kode dipindai, Anda melihat siapa yang meminta data dan untuk apa. Data dikirim hanya jika Anda setuju.",
      "Once the code is scanned, you see who asks for the data and for what. Data are sent only if you allow it.",
    ],
  },
  consent: {
    title: [(who: string) => `${who} meminta data Anda`, (who: string) => `${who} asks for your data`],
    purpose: [(purpose: string) => `Untuk: ${purpose}`, (purpose: string) => `For: ${purpose}`],
    silence: ["Diam berarti menolak.", "Silence is refusal."],
    claims: ["Data yang dikirim jika Anda setuju", "Data that are sent if you allow it"],
    digits: ["Ketik dua angka yang disebut staf loket", "Type the two digits that the clerk says"],
    noDigits: ["Staf loket tidak dapat menyebut angkanya? Tolak.", "The clerk cannot say the digits? Refuse."],
    two: ["Ketik dua angka.", "Type two digits."],
    wrong: [
      (left: number) => `Angka tidak cocok. Tanyakan lagi kepada staf loket. Sisa ${left} kesempatan.`,
      (left: number) => `The digits do not match. Ask the clerk again. ${left} ${left === 1 ? "try is" : "tries are"} left.`,
    ],
    allow: ["Setuju", "Allow"],
    allowing: ["Mengirim persetujuan…", "Sending your consent…"],
    refuse: ["Tolak", "Refuse"],
    refusing: ["Menolak…", "Refusing…"],
    unknown: ["Saya tidak mengenal lembaga ini", "I do not know this organisation"],
    unknownText: ["Permintaan akan ditolak dan dilaporkan.", "The request will be refused and reported."],
    question: ["Tolak permintaan ini?", "Refuse this request?"],
    checking: ["Memeriksa apakah jawaban Anda sampai…", "Checking whether your answer has arrived…"],
    notArrived: [
      "Jawaban Anda belum sampai. Belum ada data yang dikirim. Tekan Setuju atau Tolak lagi.",
      "Your answer has not arrived. No data were sent yet. Press Allow or Refuse again.",
    ],
    left: [(seconds: number) => `Sisa ${seconds} detik untuk menjawab`, (seconds: number) => `${seconds} seconds left to answer`],
    over: ["Waktu habis.", "The time is over."],
    locked: [
      (who: string) => `PIN terkunci, jadi permintaan ${who} berakhir. Tidak ada data yang dikirim.`,
      (who: string) => `The PIN is locked, so the request of ${who} has ended. No data were sent.`,
    ],
  },
  result: {
    sent: [(who: string) => `Data sudah dikirim ke ${who}`, (who: string) => `The data were sent to ${who}`],
    refused: ["Permintaan ditolak", "Request refused"],
    ended: ["Permintaan berakhir", "Request ended"],
    declined: ["Anda menolak. Tidak ada data yang dikirim.", "You refused. No data were sent."],
    reported: [
      "Anda menolak dan melaporkan lembaga ini. Tidak ada data yang dikirim.",
      "You refused and reported this organisation. No data were sent.",
    ],
    silent: ["Waktu habis. Tidak ada data yang dikirim.", "The time is over. No data were sent."],
    digits: ["Angka tiga kali tidak cocok. Tidak ada data yang dikirim.", "The digits did not match three times. No data were sent."],
    gone: [
      "Permintaan ini sudah tidak ada. Lihat Histori Aktivitas untuk mengetahui apakah data dikirim.",
      "This request is not there any more. See the history to learn whether data were sent.",
    ],
    other: ["Tidak ada data yang dikirim.", "No data were sent."],
    by: [(who: string, at: string) => `${who}, ${at}`, (who: string, at: string) => `${who}, ${at}`],
  },
} satisfies Words;
