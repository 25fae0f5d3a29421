// What a holder reads of signatures, settings, and of blocking, downloading and erasing.

import type { Words } from "../../kit/words.svelte";

export const rights = {
  signature: {
    title: ["Tanda Tangan Elektronik", "Electronic signature"],
    text: ["Berkas tidak dikirim; hanya sidik berkasnya (SHA-256).", "The file is not sent, only its hash (SHA-256)."],
    file: ["Pilih berkas", "Choose a file"],
    chosen: [(name: string, size: string) => `${name}, ${size}`, (name: string, size: string) => `${name}, ${size}`],
    tooLarge: ["Berkas lebih dari 50 MB tidak dapat diproses di sini.", "Files of more than 50 MB cannot be processed here."],
    hashing: ["Menghitung…", "Computing…"],
    sign: ["Tanda tangani", "Sign"],
    signing: ["Menandatangani…", "Signing…"],
    signed: ["Berkas sudah ditandatangani.", "The file is signed."],
    save: ["Simpan tanda tangan", "Save the signature"],
    saveText: [
      "Simpan bersama berkasnya. Tanpa tanda tangan ini, berkas tidak dapat diperiksa.",
      "Keep it with the file. Without this signature, the file cannot be checked.",
    ],
    lost: [
      "Tanda tangan mungkin sudah dibuat. Membuat lagi tidak merugikan.",
      "The signature may have been made. Making another does no harm.",
    ],
    missing: ["Pilih berkas dahulu.", "Choose a file first."],
    unreadable: ["Berkas tidak dapat diproses. Pilih lagi berkasnya.", "The file cannot be read. Choose it again."],
  },
  check: {
    title: ["Periksa tanda tangan", "Check a signature"],
    text: [
      "Pilih berkas dan tanda tangannya (.jws). Berkas tidak dikirim; hanya sidik berkasnya (SHA-256).",
      "Choose the file and its signature (.jws). The file is not sent, only its hash (SHA-256).",
    ],
    file: ["Berkas", "File"],
    signature: ["Tanda tangan (.jws)", "Signature (.jws)"],
    check: ["Periksa", "Check"],
    checking: ["Memeriksa…", "Checking…"],
    missing: ["Pilih berkas dan tanda tangannya.", "Choose the file and its signature."],
    valid: [
      (name: string, at: string) => `Cocok dan berlaku. Ditandatangani ${name}, ${at}.`,
      (name: string, at: string) => `It matches and is valid. Signed by ${name}, ${at}.`,
    ],
    revoked: [
      (at: string) => `Cocok, tetapi dicabut: ponselnya di tangan orang lain sejak ${at}.`,
      (at: string) => `It matches, but is revoked: the phone has been in somebody else’s hands since ${at}.`,
    ],
    other: ["Dokumen ini bukan yang ditandatangani.", "This is not the document that was signed."],
    foreign: ["Bukan tanda tangan layanan ini.", "Not a signature of this service."],
  },
  settings: {
    title: ["Pengaturan dan Bantuan", "Settings and help"],
    language: ["Bahasa", "Language"],
    theme: ["Tampilan", "Appearance"],
    themes: {
      system: ["Mengikuti ponsel", "Like the phone"],
      light: ["Terang", "Light"],
      dark: ["Gelap", "Dark"],
    },
    complaints: ["Pengaduan", "Complaints"],
    complaintsText: [
      "Untuk pertanyaan dan pengaduan, hubungi kantor Dukcapil:",
      "For questions and complaints, contact the office:",
    ],
    limits: ["Yang tidak dapat dicegah aplikasi ini", "What this app cannot prevent"],
    limitSwitch: [
      "Isi ditutup saat Anda berpindah aplikasi; pada sebagian ponsel gambar terakhir dapat terlihat sesaat.",
      "The content is covered when you switch apps; on some phones the last picture may be seen for a moment.",
    ],
    limitKey: [
      "Kunci tidak dapat disalin dari peramban ini. Pastikan alamatnya benar dan ponsel Anda terkunci.",
      "The key cannot be copied from this browser. Make sure that the address is right and your phone is locked.",
    ],
    device: ["Ponsel dan data", "Phone and data"],
    block: ["Blokir ponsel ini", "Block this phone"],
    blockText: ["Ponsel ini tidak dapat dipakai masuk lagi", "This phone can no longer log in"],
    export: ["Unduh data saya", "Download my data"],
    exportText: ["Semua yang disimpan layanan tentang Anda", "All that the service keeps about you"],
    erase: ["Hapus identitas digital", "Erase the digital identity"],
    eraseText: ["Perlu PIN; tidak dapat dibatalkan", "Needs the PIN; cannot be undone"],
    kept: ["Penyimpanan tetap", "Lasting storage"],
    version: [(date: string) => `Versi ${date}`, (date: string) => `Version ${date}`],
    stolen: ["Ponsel hilang atau dicuri?", "Phone lost or stolen?"],
    stolenText: [
      "Hubungi kantor Dukcapil dari ponsel lain agar petugas memblokir ponsel itu. Untuk ponsel baru: daftar di ponsel baru, lalu datang ke kantor Dukcapil.",
      "Contact the office from another phone, so that an officer blocks it. For a new phone: register on it, then visit the office.",
    ],
  },
  block: {
    title: ["Blokir ponsel ini", "Block this phone"],
    text: [
      "Di aplikasi lama bernama Lepas Perangkat. Tidak dapat dibatalkan; untuk memakai lagi, daftar ulang dan datang ke kantor Dukcapil.",
      "In the old app this was Lepas Perangkat. It cannot be undone; to use the app again, register and visit the office.",
    ],
    why: ["Mengapa diblokir?", "Why is it blocked?"],
    reasons: { lost: ["Hilang", "Lost"], stolen: ["Dicuri", "Stolen"], other: ["Lainnya", "Other"] },
    block: ["Blokir", "Block"],
    blocking: ["Memblokir…", "Blocking…"],
    question: ["Blokir ponsel ini sekarang?", "Block this phone now?"],
  },
  export: {
    title: ["Unduh data saya", "Download my data"],
    text: [
      "Berkas berisi semua yang disimpan layanan tentang Anda. Berkas tersimpan di ponsel dan tidak dilindungi PIN.",
      "The file has all that the service keeps about you. It is stored on the phone and not protected by the PIN.",
    ],
    download: ["Unduh", "Download"],
    downloading: ["Menyiapkan berkas…", "Preparing the file…"],
    downloaded: ["Berkas sudah diunduh.", "The file was downloaded."],
  },
  erase: {
    title: ["Hapus identitas digital", "Erase the digital identity"],
    text: [
      "PIN, sesi, kode QR, dan pendaftaran langsung dihapus. Data kependudukan Anda tetap ada. Untuk memakai lagi, daftar dan datang ke kantor Dukcapil.",
      "PIN, session, QR code and registration are erased at once. Your data in the population registry stay. To use the app again, register and visit the office.",
    ],
    erase: ["Hapus", "Erase"],
    erasing: ["Menghapus…", "Erasing…"],
    question: ["Hapus identitas digital sekarang?", "Erase the digital identity now?"],
    doneTitle: ["Identitas digital sudah dihapus", "The digital identity is erased"],
    kept: ["Yang masih disimpan, dan mengapa:", "What is still kept, and why:"],
    until: [(at: string) => `sampai ${at}`, (at: string) => `until ${at}`],
    start: ["Selesai", "Done"],
  },
} satisfies Words;
