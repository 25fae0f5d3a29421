//! What activate declares about itself.

use declaration::{Caller, Confirmation, Declaration, Limit, Memory, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "activate",
    summary: "Aktivasi: the page behind the e-mail's link, where captcha and code make the phone a device.",
    trigger: Trigger::Http(&[
        Route::get("/activation", "activate-open", &[Caller::LinkHolder]),
        Route::post("/activation", "activate-submit", &[Caller::LinkHolder])
            .confirmed_by(Confirmation::CaptchaAndCode)
            .limited_to(Limit::Enrol),
        Route::post("/captchas", "activate-captcha", &[Caller::LinkHolder]).limited_to(Limit::Enrol),
    ]),
    needs: &[Need::Store, Need::SealingKey, Need::ActivationCodeKey, Need::PinHasher],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "PutItem", "UpdateItem"]),
        Right::On(Table::Challenges, &["PutItem", "UpdateItem"]),
    ],
    memory: Memory::Hashing,
    ..Declaration::HTTP
};
