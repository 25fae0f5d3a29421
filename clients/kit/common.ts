// Words that every page uses.

import type { Words } from "./words.svelte";

const two = (count: number) => String(count).padStart(2, "0");
const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

export const common = {
  app: ["Identitas Kependudukan Digital", "Digital Identity"],
  language: ["English", "Bahasa Indonesia"],
  back: ["Kembali", "Back"],
  cancel: ["Batal", "Cancel"],
  close: ["Tutup", "Close"],
  done: ["Selesai", "Done"],
  again: ["Coba lagi", "Try again"],
  repeat: ["Ulangi", "Repeat"],
  now: ["Coba sekarang", "Try now"],
  details: ["Rincian", "Details"],
  yes: ["Ya", "Yes"],
  no: ["Tidak", "No"],
  notices: {
    information: ["Info", "Info"],
    good: ["Berhasil", "Done"],
    warning: ["Perhatian", "Please note"],
    danger: ["Masalah", "Problem"],
  },
  waiting: {
    first: ["Memuat…", "Loading…"],
    second: ["Masih menunggu jawaban…", "Still waiting for the answer…"],
    third: ["Jaringan lambat. Jangan tutup aplikasi.", "The network is slow. Do not close the app."],
  },
  failures: {
    offlineTitle: ["Tidak ada internet", "No internet"],
    offline: [
      "Yang Anda isi masih ada di layar ini. Belum ada yang terkirim.",
      "What you typed is still on this screen. Nothing was sent yet.",
    ],
    lostTitle: ["Jawaban belum sampai", "The answer has not arrived"],
    lost: ["Mengulang tidak merugikan.", "Repeating does no harm."],
    lostPin: [
      "PIN mungkin sudah diperiksa. Periksa sambungan, lalu coba lagi.",
      "The PIN may have been checked. Check the connection, then try again.",
    ],
    busyTitle: ["Layanan sedang mengalami gangguan", "The service is temporarily unavailable"],
    againIn: [(wait: string) => `Coba lagi dalam ${wait}.`, (wait: string) => `Try again in ${wait}.`],
    repeatsIn: [(wait: string) => `Mencoba lagi dalam ${wait}.`, (wait: string) => `Trying again in ${wait}.`],
    strangeTitle: ["Ada masalah", "There is a problem"],
    strange: [
      "Jawaban layanan tidak dapat diproses. Coba lagi. Jika tetap terjadi, hubungi kantor Dukcapil.",
      "The service's answer cannot be read. Try again. If it stays like this, contact the civil registry office.",
    ],
    type: ["Jenis", "Kind"],
    instance: ["Nomor permintaan", "Request number"],
    summary: ["Periksa isian berikut", "Check these entries"],
  },
  seconds: [(count: number) => `${count} detik`, (count: number) => plural(count, "second", "seconds")],
  minutes: [(count: number) => `${count} menit`, (count: number) => plural(count, "minute", "minutes")],
  hours: [(count: number) => `${count} jam`, (count: number) => plural(count, "hour", "hours")],
  clock: [
    (hour: number, minute: number, zone: string) => `${two(hour)}.${two(minute)} ${zone}`,
    (hour: number, minute: number, zone: string) => `${two(hour)}:${two(minute)} ${zone}`,
  ],
  showPin: ["Tampilkan PIN", "Show the PIN"],
  enlarge: ["Perbesar", "Enlarge"],
  shrink: ["Perkecil", "Make smaller"],
} satisfies Words;
