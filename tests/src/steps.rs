//! How far somebody has come: each stage of the procedure, for tests that begin there.

use std::sync::LazyLock;

use local::actors::{ActivationEmail, Minted, Phone, PhoneSession, Reply};
use local::photographs;
use serde_json::json;

use crate::world::World;
use crate::{assert_problem, assert_status};

/// The address that everybody registers with.
pub const EMAIL: &str = "siti@contoh.id";

/// The PIN that everybody changes to.
pub const PIN: &str = "142857";

/// What wrong PINs are answered, one after the other: the third one locks.
pub const WRONG_PINS: [(u16, &str); 3] =
    [(401, "invalid-credentials"), (401, "invalid-credentials"), (423, "pin-locked")];

/// A phone whose registration waits for the officer.
pub struct Registered {
    pub phone: Phone,
    pub nik: String,
    pub id: String,
    pub ticket: String,
}

/// A phone whose activation e-mail has arrived.
pub struct Approved {
    pub registered: Registered,
    pub email: ActivationEmail,
}

/// An active device whose PIN is the activation code.
pub struct Activated {
    pub phone: Phone,
    pub nik: String,
    pub registration: String,
    pub code: String,
}

/// A holder who changed the PIN and logged in.
pub struct HolderWithSession {
    pub phone: Phone,
    pub nik: String,
    pub session: PhoneSession,
}

impl World {
    /// *Daftar* with data that is right in everything.
    pub async fn register(&self, phone: &Phone, nik: &str) -> Reply {
        static SELFIE: LazyLock<Vec<u8>> = LazyLock::new(|| photographs::small_selfie().expect("a selfie"));
        phone.register(nik, EMAIL, "0812-3456-7890", &SELFIE).await.expect("an answer")
    }

    pub async fn registered(&self, nik: &str) -> Registered {
        let phone = self.phone();
        let reply = self.register(&phone, nik).await;
        assert_status(&reply, 201);
        let (id, ticket) = (reply.member("/id").unwrap(), reply.member("/ticket/text").unwrap());
        Registered { phone, nik: nik.to_owned(), id, ticket }
    }

    pub async fn approved(&self, nik: &str) -> Approved {
        let registered = self.registered(nik).await;
        let reply = self.officer().approve_replacing_device(&registered.ticket).await.unwrap();
        assert_status(&reply, 200);
        // The stream delivers again what a busy machine did not do in time.
        if !self.deliver().await.is_empty() {
            assert_eq!(self.deliver().await, [""; 0], "the e-mail is sent");
        }
        Approved { registered, email: self.activation_email(EMAIL) }
    }

    pub async fn activated(&self, nik: &str) -> Activated {
        let Approved { registered, email } = self.approved(nik).await;
        assert_status(&self.activate(&email, &email.code).await, 200);
        let Registered { phone, nik, id, .. } = registered;
        Activated { phone, nik, registration: id, code: email.code }
    }

    pub async fn holder(&self, nik: &str) -> HolderWithSession {
        let Activated { phone, nik, code, .. } = self.activated(nik).await;
        let first = PhoneSession::of(&phone.log_in(&code).await.unwrap()).unwrap();
        assert_status(&phone.change_pin(&first, &code, PIN).await.unwrap(), 204);
        let session = PhoneSession::of(&phone.log_in(PIN).await.unwrap()).unwrap();
        HolderWithSession { phone, nik, session }
    }

    /// Asks for a captcha of a link.
    pub async fn captcha(&self, email: &ActivationEmail) -> Reply {
        self.post_json("/captchas", &json!({ "token": email.token() })).await
    }

    /// What a captcha's picture shows: the tests hold the key that the answer is derived from.
    pub fn answer(&self, email: &ActivationEmail, captcha: &Reply) -> String {
        let app = self.app(&[declaration::Need::SealingKey]);
        let (link, ..) = app.seal().open_link(email.token()).expect("a link");
        let (_, captcha) = app.seal().open_captcha(&link, &captcha.member("/captcha").unwrap()).expect("a captcha");
        captcha.answer().to_owned()
    }

    /// Types a code and the picture's right answer.
    pub async fn activate(&self, email: &ActivationEmail, code: &str) -> Reply {
        let captcha = self.captcha(email).await;
        let answer = self.answer(email, &captcha);
        self.activate_with(email, code, &captcha, &answer).await
    }

    pub async fn activate_with(&self, email: &ActivationEmail, code: &str, captcha: &Reply, answer: &str) -> Reply {
        let body = json!({
            "token": email.token(),
            "code": code,
            "captcha": captcha.member("/captcha"),
            "answer": answer,
        });
        self.post_json("/activation", &body).await
    }

    pub async fn post_json(&self, path: &str, body: &serde_json::Value) -> Reply {
        let request = http::Request::post(self.api.base().join(path).unwrap().as_str())
            .header("content-type", "application/json")
            .body(body.to_string())
            .unwrap();
        self.send(request).await
    }
}

impl HolderWithSession {
    pub async fn mint(&self) -> Minted {
        Minted::of(&self.mint_reply(&json!({})).await).expect("a QR code")
    }

    /// Types wrong PINs until the third one locks; the right one does not help then.
    pub async fn lock_pin(&self) {
        for (status, problem) in WRONG_PINS {
            assert_problem(&self.phone.log_in("908172").await.expect("an answer"), status, problem);
        }
        assert_problem(&self.phone.log_in(PIN).await.expect("an answer"), 423, "pin-locked");
    }

    /// The same holder after another login.
    pub async fn logged_in_again(self) -> Self {
        let session = PhoneSession::of(&self.phone.log_in(PIN).await.expect("an answer")).expect("a session");
        Self { session, ..self }
    }

    pub async fn mint_reply(&self, body: &serde_json::Value) -> Reply {
        self.phone.mint(&self.session, body).await.expect("an answer")
    }
}
