// What a resident reads on the way to an identity, and when it is blocked, ended or lost.

import type { Words } from "../../kit/words.svelte";

export const enrol = {
  shell: {
    help: ["Bantuan", "Help"],
    lock: ["Kunci", "Lock"],
    office: [(name: string, phone: string) => `Hubungi: ${name}, ${phone}`, (name: string, phone: string) => `Contact: ${name}, ${phone}`],
    officeWithout: [(name: string) => `Hubungi: ${name}`, (name: string) => `Contact: ${name}`],
    offline: [
      "Tidak ada internet. Yang sudah tampil tetap dapat dilihat; yang lain menunggu sambungan.",
      "No internet. What is shown stays; everything else waits for a connection.",
    ],
    warnIdle: [
      (wait: string) => `Aplikasi terkunci dalam ${wait}. Sentuh layar untuk tetap masuk.`,
      (wait: string) => `The app locks in ${wait}. Touch the screen to stay logged in.`,
    ],
    warnEnd: [
      (wait: string) => `Sesi berakhir dalam ${wait}. Sesudah itu, masuk lagi dengan PIN.`,
      (wait: string) => `The session ends in ${wait}. After that, log in again with the PIN.`,
    ],
    step: [
      (step: number, name: string) => `Langkah ${step} dari 5: ${name}`,
      (step: number, name: string) => `Step ${step} of 5: ${name}`,
    ],
    steps: {
      data: ["Isi data", "Your data"],
      photo: ["Ambil Foto", "Take the photo"],
      officer: ["Tunjukkan ke petugas", "Show it to the officer"],
      activation: ["Aktivasi melalui email", "Activate by e-mail"],
      login: ["Masuk dan ubah PIN", "Log in and change the PIN"],
    },
    checkStatus: ["Cek Status", "Check status"],
    registerAgain: ["Daftar ulang", "Register again"],
    contactOffice: ["Hubungi kantor Dukcapil", "Contact the office"],
    noPhone: [
      "Nomor telepon kantor Dukcapil belum tersedia di sini. Datang ke kantor Dukcapil.",
      "The office's telephone number is not available here. Visit the civil registry office.",
    ],
  },
  welcome: {
    title: ["KTP dan dokumen Anda di ponsel", "Your ID card and documents on your phone"],
    text: [
      "Gratis. Isi data di sini, lalu datang sekali ke kantor Dukcapil untuk pemeriksaan wajah, sekitar 10 menit. Siapkan NIK, email, dan nomor HP.",
      "Free of charge. Enter your data here, then visit the civil registry office once to have your face checked, about 10 minutes. Have your NIK, e-mail address and phone number ready.",
    ],
    register: ["Daftar", "Register"],
    wasActive: ["Sudah pernah aktif di ponsel ini?", "Was it active on this phone before?"],
    checkSignature: ["Periksa tanda tangan", "Check a signature"],
    fraud: [
      "Awas penipuan: petugas tidak pernah meminta PIN atau kode aktivasi, juga tidak melalui telepon atau WhatsApp.",
      "Beware of fraud: officers never ask for PIN or activation code, nor by phone or WhatsApp.",
    ],
  },
  install: {
    title: ["Pasang aplikasi", "Install the app"],
    android: [
      "Pasang di layar utama agar kunci identitas Anda tidak mudah terhapus.",
      "Install it on the home screen, so the key to your identity is not easily deleted.",
    ],
    install: ["Pasang", "Install"],
    without: ["Lanjut tanpa memasang", "Continue without installing"],
    continue: ["Lanjut", "Continue"],
    iphone: [
      "Ketuk Bagikan, lalu Tambah ke Layar Utama. Buka dari ikon itu, baru daftar.",
      "Tap Share, then Add to Home Screen. Open it from that icon, and only then register.",
    ],
    inApp: ["Salin alamat ini dan buka di Chrome.", "Copy this address and open it in Chrome."],
    copy: ["Salin alamat", "Copy the address"],
    copied: ["Alamat sudah disalin.", "The address is copied."],
    keep: [
      "Jangan hapus data situs atau mencopot aplikasi: kunci ikut hilang.",
      "Do not delete the site's data or remove the app: the key would be lost, too.",
    ],
    unsupportedTitle: ["Peramban ini tidak dapat dipakai", "This browser cannot be used"],
    unsupported: [
      "Peramban ini tidak dapat menyimpan kunci dengan aman. Gunakan Chrome, Edge, Firefox, atau Safari versi terbaru, bukan mode penyamaran.",
      "This browser cannot keep keys safely. Use a current Chrome, Edge, Firefox or Safari, and not a private window.",
    ],
  },
  register: {
    title: ["Daftar", "Register"],
    nik: ["NIK", "NIK"],
    nikHint: ["16 angka, ada di KTP-el atau KK", "16 digits, on the ID card or family card"],
    nikCount: [(count: number) => `${count} dari 16`, (count: number) => `${count} of 16`],
    email: ["Email", "E-mail"],
    emailHint: ["Kode aktivasi dikirim ke sini", "The activation code is sent here"],
    phone: ["Nomor HP", "Phone number"],
    phoneHint: ["Contoh: 0812-3456-7890", "Example: 0812-3456-7890"],
    whyTitle: ["Untuk apa data ini?", "What is this data for?"],
    why: [
      "NIK dibandingkan dengan data kependudukan. Email dipakai untuk mengirim kode aktivasi. Nomor HP dipakai agar kantor Dukcapil dapat menghubungi Anda. Foto dihapus saat petugas memutuskan.",
      "The NIK is compared with the population registry. The e-mail address is for the activation code. The phone number lets the office reach you. The photo is erased when the officer decides.",
    ],
    next: ["Verifikasi Data", "Check the data"],
    faults: {
      empty: ["NIK wajib diisi.", "The NIK is required."],
      letters: ["NIK hanya terdiri atas angka.", "A NIK has only digits."],
      short: [
        (count: number) => `NIK terdiri atas 16 angka; baru ${count} yang Anda isi.`,
        (count: number) => `A NIK has 16 digits; you have entered ${count}.`,
      ],
      long: [
        (count: number) => `NIK terdiri atas 16 angka; Anda mengisi ${count}.`,
        (count: number) => `A NIK has 16 digits; you have entered ${count}.`,
      ],
      impossible: [
        "NIK tidak valid. Cocokkan 16 angkanya dengan KTP-el atau KK.",
        "This NIK is not valid. Check its 16 digits against the ID card or family card.",
      ],
      email: ["Tulis alamat lengkap, misalnya siti@contoh.id.", "Write the whole address, for example siti@contoh.id."],
      phone: ["Nomor HP tidak sesuai. Contoh: 0812-3456-7890.", "This phone number is not valid. Example: 0812-3456-7890."],
    },
    meant: [(address: string) => `Maksud Anda ${address}?`, (address: string) => `Did you mean ${address}?`],
    takeMeant: ["Gunakan ini", "Use this"],
    notKept: ["Isian tidak disimpan demi keamanan. Isi lagi.", "For your safety, what you typed was not kept. Enter it again."],
    unsent: [
      "Kiriman terakhir mungkin sudah sampai. Kirim lagi tidak merugikan.",
      "Your last registration may have arrived. Sending it again does no harm.",
    ],
  },
  photo: {
    title: ["Ambil Foto", "Take the photo"],
    before: [
      "Lepas masker dan kacamata hitam. Cari tempat terang. Pastikan hanya Anda yang terlihat.",
      "Take off mask and sunglasses. Find a bright place. Make sure only you are in the picture.",
    ],
    open: ["Buka kamera", "Open the camera"],
    file: ["Pilih berkas foto", "Choose a photo file"],
    take: ["Ambil Foto", "Take the photo"],
    turn: ["Balik kamera", "Switch the camera"],
    frame: ["Tempatkan wajah di dalam bingkai.", "Place your face inside the frame."],
    opening: ["Membuka kamera…", "Opening the camera…"],
    question: ["Apakah wajah terlihat jelas?", "Is the face clearly visible?"],
    use: ["Gunakan foto ini", "Use this photo"],
    again: ["Ulangi", "Repeat"],
    taken: ["Foto Anda", "Your photo"],
    denied: [
      "Kamera tidak diizinkan. Buka setelan situs, izinkan Kamera, atau pilih berkas foto.",
      "The camera is not allowed. Open the site's settings and allow the camera, or choose a photo file.",
    ],
    none: ["Kamera tidak ditemukan. Pilih berkas foto.", "No camera was found. Choose a photo file."],
    busy: [
      "Kamera dipakai aplikasi lain. Tutup dulu, lalu coba lagi.",
      "Another app uses the camera. Close it first, then try again.",
    ],
    unreadable: [
      "Foto tidak dapat dibaca. Pilih foto JPEG atau PNG; foto HEIC dari iPhone perlu diubah dulu.",
      "This photo cannot be read. Choose a JPEG or PNG; HEIC photos of an iPhone have to be converted first.",
    ],
    tooSmall: [
      "Foto terlalu kecil. Sisi pendeknya perlu sedikitnya 320 piksel.",
      "The photo is too small. Its short side needs at least 320 pixels.",
    ],
  },
  review: {
    title: ["Periksa dan kirim", "Check and send"],
    question: [
      "Benarkah alamat email ini? Kode aktivasi hanya dikirim ke sini.",
      "Is this e-mail address right? The activation code is sent here and nowhere else.",
    ],
    send: ["Kirim pendaftaran", "Send the registration"],
    sending: ["Memeriksa foto dan data…", "Checking photo and data…"],
    change: ["Ubah", "Change"],
    retake: ["Ambil ulang", "Take it again"],
    notEligible: [
      "Data tidak dapat diverifikasi. Periksa NIK. Jika sudah benar, datang ke kantor Dukcapil dengan KTP-el atau KK.",
      "The data cannot be verified. Check the NIK. If it is right, visit the office with ID or family card.",
    ],
    notKept: [
      "Peramban tidak dapat menyimpan kunci. Kosongkan penyimpanan ponsel, lalu coba lagi. Belum ada yang terkirim.",
      "The browser cannot keep the key. Free some storage on the phone, then try again. Nothing was sent yet.",
    ],
  },
  ticket: {
    title: ["Tunjukkan ke petugas", "Show this to the officer"],
    first: [
      "Petugas yang memindai kode ini. Anda tidak perlu memindai apa pun.",
      "The officer scans this code. You need not scan anything.",
    ],
    bring: [
      "Bawa KTP-el atau KK. Petugas akan menanyakan email dan nomor HP Anda.",
      "Bring your ID card or family card. The officer will ask for your e-mail address and phone number.",
    ],
    label: ["QR pendaftaran", "Registration QR code"],
    validUntil: [(at: string) => `Berlaku sampai ${at}`, (at: string) => `Valid until ${at}`],
    brightness: ["Naikkan kecerahan layar.", "Turn the screen's brightness up."],
    unreadable: ["Tidak terbaca?", "Cannot be read?"],
    readOut: ["Bacakan teks ini kepada petugas:", "Read this text out to the officer:"],
    wrong: ["Data salah? Daftar ulang", "Wrong data? Register again"],
    wrongQuestion: ["Daftar ulang?", "Register again?"],
    wrongText: [
      "Anda mengisi data dan mengambil foto sekali lagi. Pendaftaran ini berakhir sendiri dalam 7 hari.",
      "You enter your data and take the photo once more. This registration ends by itself within 7 days.",
    ],
    notWritten: [
      "Pendaftaran sudah terkirim, tetapi belum tersimpan di ponsel ini. Kosongkan penyimpanan ponsel, dan jangan tutup aplikasi sampai petugas memutuskan.",
      "The registration was sent, but is not yet stored on this phone. Free some storage on the phone, and do not close the app until the officer has decided.",
    ],
    foreground: ["Buka aplikasi ini untuk melihat status terbaru.", "Open this app to see the latest status."],
    missing: [
      "QR pendaftaran belum dapat ditampilkan. Pendaftaran Anda tetap tersimpan di layanan.",
      "The registration's QR code cannot be shown yet. Your registration is still with the service.",
    ],
  },
  email: {
    title: ["Pendaftaran disetujui", "The registration is approved"],
    afterReset: ["Petugas mengatur ulang PIN Anda", "An officer has reset your PIN"],
    steps: {
      open: ["Buka email dari SIAK Terpusat Identitas Digital.", "Open the e-mail from SIAK Terpusat Identitas Digital."],
      press: ["Tekan Aktivasi.", "Press Aktivasi (activate)."],
      type: ["Isi kode 6 angka dan captcha.", "Enter the 6-digit code and the captcha."],
      back: ["Kembali ke sini.", "Come back here."],
    },
    delivery: {
      queued: ["Email sedang dikirim.", "The e-mail is being sent."],
      sent: ["Email sudah dikirim, biasanya tiba dalam 2 menit.", "The e-mail was sent. It usually arrives within 2 minutes."],
      delivered: ["Email sudah masuk. Lihat juga Spam dan Promosi.", "The e-mail has arrived. Check Spam and Promotions, too."],
      unreachable: [
        "Kotak surat Anda belum dapat dihubungi. Coba kirim ulang nanti.",
        "Your mailbox cannot be reached for now. Try sending the e-mail again later.",
      ],
      "mailbox-full": [
        "Kotak masuk Anda penuh. Hapus beberapa email, lalu kirim ulang.",
        "Your mailbox is full. Delete some e-mails, then have it sent again.",
      ],
      "content-rejected": [
        "Email tidak diterima kotak surat Anda. Minta petugas memakai alamat lain; Anda tidak perlu daftar ulang.",
        "Your mailbox did not take the e-mail. Have an officer use another address; you need not register again.",
      ],
      bounced: [
        "Email tidak sampai. Minta petugas memperbaiki alamat; Anda tidak perlu daftar ulang.",
        "The e-mail did not arrive. Have an officer correct the address; you need not register again.",
      ],
      refused: [
        "Email tidak sampai. Minta petugas memperbaiki alamat; Anda tidak perlu daftar ulang.",
        "The e-mail did not arrive. Have an officer correct the address; you need not register again.",
      ],
      complained: [
        "Email kami ditandai spam. Tandai ‘bukan spam’, lalu kirim ulang.",
        "Our e-mail was marked as spam. Mark it as ‘not spam’, then have it sent again.",
      ],
    },
    codeUntil: [(at: string) => `Kode berlaku sampai ${at}.`, (at: string) => `The code is valid until ${at}.`],
    resend: ["Kirim ulang email", "Send the e-mail again"],
    resendIn: [(wait: string) => `Kirim ulang email (${wait})`, (wait: string) => `Send the e-mail again (${wait})`],
    resending: ["Mengirim…", "Sending…"],
    resent: ["Email baru sedang dikirim.", "A new e-mail is being sent."],
    mayBeSent: [
      "Email mungkin sudah dikirim. Tekan Cek Status dan tunggu beberapa menit sebelum mengulang: setiap email baru membuat kode lama tidak berlaku.",
      "The e-mail may be on its way. Press Check status and wait some minutes before you repeat: each new e-mail makes the old code void.",
    ],
    oldVoid: [
      "Email baru membuat kode dan tautan lama langsung tidak berlaku.",
      "A new e-mail makes the old code and link void at once.",
    ],
    checking: ["Memeriksa…", "Checking…"],
    missing: ["Status terbaru belum dapat dilihat.", "The latest status cannot be seen yet."],
  },
  rejected: {
    title: ["Pendaftaran tidak disetujui", "The registration was not approved"],
    reason: ["Petugas menulis:", "The officer wrote:"],
    next: ["Anda boleh mendaftar lagi kapan saja.", "You may register again at any time."],
  },
  ended: {
    title: ["Pendaftaran ini sudah berakhir", "This registration has ended"],
    text: [
      "Pendaftaran lain untuk NIK ini disetujui, atau kantor Dukcapil membatalkannya. Bukan Anda? Hubungi kantor Dukcapil.",
      "Another registration of this NIK was approved, or the office cancelled this one. Was it not you? Contact the office.",
    ],
    replacedTitle: ["Ponsel ini sudah diganti", "This phone was replaced"],
    replaced: [
      "Ponsel lain sudah menggantikan ponsel ini. Bukan Anda yang melakukannya? Hubungi kantor Dukcapil.",
      "Another phone has taken this phone's place. Was it not you? Contact the office.",
    ],
  },
  blocked: {
    title: ["Ponsel ini diblokir", "This phone is blocked"],
    text: [
      "Ponsel ini tidak dapat lagi dipakai masuk. Untuk memakai lagi: daftar ulang, lalu datang ke kantor Dukcapil.",
      "This phone can no longer be used to log in. To use it again, register again and visit the office.",
    ],
    notMe: ["Bukan saya: hubungi kantor Dukcapil", "It was not me: contact the office"],
  },
  lostKey: {
    title: ["Kunci tidak ada", "The key is not here"],
    text: [
      "Kunci hilang jika data peramban dihapus, aplikasi dicopot, atau ponsel diganti. Kunci tidak dapat dipulihkan; identitas Anda tetap ada. Daftar lagi, lalu minta petugas mengganti ponsel.",
      "The key is lost when the browser's data are deleted, the app is removed or the phone is replaced. The key cannot be restored; your identity still exists. Register again, then have an officer replace the phone.",
    ],
    register: ["Daftar lagi", "Register again"],
    stolen: ["Ponsel hilang atau dicuri? Minta blokir sekarang", "Phone lost or stolen? Have it blocked now"],
    here: ["Kunci Anda masih ada di ponsel ini.", "Your key is still on this phone."],
    toLogin: ["Lanjut", "Continue"],
  },
  gone: {
    title: ["Pendaftaran ini sudah tidak ada", "This registration is no longer there"],
    text: [
      "Pendaftaran dihapus setelah 7 hari tanpa keputusan, atau identitas digital ini sudah dihapus. Kunci di ponsel ini tidak berguna lagi.",
      "A registration is deleted after 7 days without a decision, or this digital identity was erased. The key on this phone is no longer of use.",
    ],
    start: ["Hapus kunci dan mulai lagi", "Delete the key and start again"],
  },
  clock: {
    title: ["Jam ponsel tidak tepat", "The phone's clock is wrong"],
    both: [
      (phone: string, service: string) => `Jam ponsel ${phone}, jam layanan ${service}. Nyalakan tanggal dan waktu otomatis.`,
      (phone: string, service: string) => `The phone says ${phone}, the service says ${service}. Turn on automatic date and time.`,
    ],
    phone: [
      (phone: string) => `Jam ponsel ${phone}. Nyalakan tanggal dan waktu otomatis.`,
      (phone: string) => `The phone says ${phone}. Turn on automatic date and time.`,
    ],
  },
  registry: {
    again: ["Periksa lagi", "Check again"],
    corrected: [
      "Data kependudukan dapat diperbaiki di kantor Dukcapil. Sesudah itu, ponsel ini dapat dipakai lagi.",
      "The registry can be corrected at the office. After that, this phone works again.",
    ],
  },
  otherTab: {
    title: ["Aplikasi terbuka di tab lain", "The app is open in another tab"],
    text: ["Hanya satu tab yang dapat memakai aplikasi.", "Only one tab can use the app."],
    here: ["Gunakan di sini", "Use it here"],
  },
} satisfies Words;
