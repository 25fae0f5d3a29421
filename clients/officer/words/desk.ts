// What an officer reads of the console itself: signing in, its field, its keys, and what goes wrong.

import type { Words } from "../../kit/words.svelte";

export const desk = {
  bar: {
    title: ["IKD · Petugas", "IKD · Officer"],
    field: ["QR atau NIK", "Code or NIK"],
    open: ["Buka", "Open"],
    camera: ["Gunakan kamera", "Use camera"],
    session: [(minutes: number) => `Sesi ${minutes} menit`, (minutes: number) => `Session: ${minutes} min`],
    keys: ["Pintasan", "Shortcuts"],
    signOut: ["Keluar", "Sign out"],
  },
  signIn: {
    title: ["Konsol petugas", "Officer's console"],
    text: [
      "Untuk memeriksa pendaftaran dan membantu pemilik Identitas Kependudukan Digital di kantor Dukcapil.",
      "For checking registrations and helping holders of a digital identity at the civil registry office.",
    ],
    enter: ["Masuk dengan akun petugas", "Sign in with the officer's account"],
    leaving: ["Membuka halaman masuk…", "Opening the sign-in page…"],
    ended: ["Sesi petugas berakhir. Masuk lagi, lalu pindai ulang.", "The officer's session has ended. Sign in again, then scan again."],
    notOfficer: ["Akun ini bukan petugas.", "This account is not an officer's."],
    notOfficerText: [
      "Keluar dahulu, lalu masuk dengan akun petugas. Jika akun ini seharusnya akun petugas, hubungi administrator.",
      "Sign out first, then sign in with an officer's account. If this should be one, contact the administrator.",
    ],
    cancelled: ["Masuk dibatalkan.", "Signing in was cancelled."],
    stray: [
      "Jawaban halaman masuk ini tidak dapat dipakai, misalnya karena halaman dimuat ulang. Masuk lagi.",
      "This answer of the sign-in page cannot be used, for instance because the page was loaded again. Sign in again.",
    ],
    unfinished: ["Masuk belum selesai: halaman masuk petugas tidak menjawab. Masuk lagi.", "Signing in is not complete: the sign-in page gave no answer. Sign in again."],
    rejected: [
      "Masuk belum selesai: halaman masuk petugas menolaknya. Masuk lagi. Jika terulang, hubungi administrator.",
      "Signing in is not complete: the sign-in page refused it. Sign in again. If it happens again, contact the administrator.",
    ],
    unreachable: ["Halaman masuk petugas tidak dapat dibuka.", "The officers' sign-in page cannot be opened."],
    faults: {
      silent: [
        "Halaman itu tidak menjawab. Periksa jaringan kantor Dukcapil, lalu coba lagi. Jika situs lain dapat dibuka, hubungi administrator.",
        "The page does not answer. Check the office's network, then try again. If other sites open, contact the administrator.",
      ],
      closed: [
        "Halaman itu menjawab, tetapi tidak mengizinkan konsol ini. Hubungi administrator: alamat konsol ini belum terdaftar di sana, atau alamat halaman itu salah.",
        "The page answers, but does not allow this console. Contact the administrator: this console's address is not registered there, or the page's address is wrong.",
      ],
      unfit: [
        "Halaman itu menjawab, tetapi jawabannya tidak sesuai. Hubungi administrator: alamat atau pengaturannya salah.",
        "The page answers, but not as a sign-in page does. Contact the administrator: its address or its settings are wrong.",
      ],
    },
    noService: ["Layanan tidak dapat dihubungi.", "The service cannot be reached."],
    noServiceText: ["Periksa jaringan kantor Dukcapil, lalu coba lagi.", "Check the office's network, then try again."],
  },
  ready: {
    title: ["Siap", "Ready"],
    text: ["Pindai QR pendaftaran, atau ketik NIK.", "Scan a registration code, or type a NIK."],
    hint: [
      "Pemindai dapat dipakai kapan saja; kursor tidak perlu berada di isian.",
      "The scanner works at any time; the cursor need not be in the field.",
    ],
    empty: ["Isi dahulu: pindai QR pendaftaran, atau ketik NIK.", "Enter something first: scan a registration code, or type a NIK."],
    card: [
      "Ini kode KTP Digital, bukan QR pendaftaran. Minta pemohon membuka Cek Status.",
      "This is the code of a KTP Digital, not a registration code. Ask the applicant to open Cek Status (check status).",
    ],
    digits: [
      (count: number) => `NIK terdiri atas 16 angka; yang diketik ${count}.`,
      (count: number) => `A NIK has 16 digits; ${count} were typed.`,
    ],
    nothing: [
      "Ini bukan QR pendaftaran dan bukan NIK. Belum ada yang dikirim.",
      "This is neither a registration code nor a NIK. Nothing was sent.",
    ],
    held: ["Selesaikan dulu pendaftaran ini (Esc untuk melepas).", "Finish this registration first (Esc lets it go)."],
    heldAct: ["Selesaikan dulu tindakan ini (Esc untuk melepas).", "Finish this act first (Esc lets it go)."],
    opening: ["Membuka…", "Opening…"],
    stillOpening: [
      "Pindaian terakhir belum dibaca karena yang sebelumnya masih dibuka. Pindai lagi sesudahnya.",
      "The last scan was not read since the one before is still being opened. Scan again afterwards.",
    ],
  },
  camera: {
    title: ["Pindai dengan kamera", "Scan with the camera"],
    text: ["Arahkan kamera ke QR pendaftaran di ponsel pemohon.", "Point the camera at the registration code on the applicant's phone."],
    picture: ["Gambar kamera", "Camera picture"],
    refused: [
      "Kamera tidak diizinkan. Buka setelan situs di peramban, lalu izinkan kamera.",
      "The camera is not allowed. Open the site settings of the browser and allow it.",
    ],
    missing: ["Kamera tidak ditemukan. Gunakan pemindai, atau ketik NIK.", "No camera was found. Use a scanner, or type the NIK."],
    busy: ["Kamera sedang dipakai aplikasi lain. Tutup dahulu, lalu coba lagi.", "Another app is using the camera. Close it first, then try again."],
    broken: [
      "Pembaca kode tidak dapat digunakan. Muat ulang halaman ini, lalu masuk lagi. Pemindai tetap dapat digunakan.",
      "The code reader does not work. Reload the page, then sign in again. A scanner still works.",
    ],
  },
  keys: {
    title: ["Pintasan dan tampilan", "Shortcuts and appearance"],
    heading: ["Pintasan", "Shortcuts"],
    field: ["Ke isian QR atau NIK", "To the field for code or NIK"],
    approve: ["Setujui", "Approve"],
    reject: ["Tolak", "Reject"],
    confirm: ["Lanjutkan dalam dialog", "Go on in a dialog"],
    back: ["Kembali tanpa mengubah apa pun", "Go back without changing anything"],
    reasons: ["Pilih alasan penolakan", "Choose why to reject"],
    photos: ["Perbesar, perkecil, utuh, dan geser foto (fokus pada foto)", "Enlarge, make smaller, whole, and move the photos (focus on the photos)"],
    arrows: ["panah", "arrows"],
    theme: ["Tampilan", "Appearance"],
    themes: { system: ["Seperti komputer", "As the computer"], light: ["Terang", "Light"], dark: ["Gelap", "Dark"] },
  },
  presence: {
    ending: [
      (wait: string) => `Sesi berakhir dalam ${wait}. Selesaikan yang terbuka, lalu masuk lagi.`,
      (wait: string) => `The session ends in ${wait}. Finish what is open, then sign in again.`,
    ],
    again: ["Masuk lagi", "Sign in again"],
    idle: [
      (wait: string) => `Tidak ada yang menekan tombol. Layar dikosongkan dalam ${wait}.`,
      (wait: string) => `Nobody has pressed a key. The screen is emptied in ${wait}.`,
    ],
    blank: ["Layar dikosongkan", "The screen was emptied"],
    blankText: [
      "Konsol tidak dipakai selama 5 menit, jadi data di layar ditutup.",
      "The console was not used for 5 minutes, so the data on the screen were closed.",
    ],
    scanAgain: ["Pindai ulang untuk membuka kembali pendaftaran atau NIK yang tadi.", "Scan again to open the registration or NIK of before."],
    go: ["Lanjutkan", "Go on"],
  },
  problems: {
    notEligible: ["Tidak lagi memenuhi syarat; tidak ada yang dapat dibandingkan.", "No longer eligible; there is nothing to compare."],
    mayBeSent: [
      "Email mungkin sudah dikirim. Tutup dialog ini dan lihat dahulu keadaannya sebelum mengulang.",
      "The e-mail may be on its way. Close this dialog and look at its status before you repeat.",
    ],
    supervisor: ["Hubungi atasan jika ini tidak dapat menunggu.", "Contact your supervisor if this cannot wait."],
    changed: ["Ada yang berubah sementara itu. Periksa keadaan terbaru di bawah.", "Something has changed meanwhile. See the latest state below."],
  },
} satisfies Words;
