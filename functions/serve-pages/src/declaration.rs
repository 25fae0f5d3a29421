//! What serve-pages declares about itself.

use declaration::{Caller, Declaration, Limit, Route, Setting, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "serve-pages",
    summary: "Serves the resident's app and the officers' console from files that are part of the program. It uses no table.",
    trigger: Trigger::Http(&[
        Route::get("/app", "serve-pages", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::head("/app", "serve-pages-head", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::get("/app/{path+}", "serve-pages-file", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::head("/app/{path+}", "serve-pages-file-head", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::get("/office", "serve-pages-office", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::head("/office", "serve-pages-office-head", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::get("/office/{path+}", "serve-pages-office-file", &[Caller::Anyone]).limited_to(Limit::Pages),
        Route::head("/office/{path+}", "serve-pages-office-file-head", &[Caller::Anyone]).limited_to(Limit::Pages),
    ]),
    settings: &[Setting::Municipality, Setting::OfficeContact, Setting::OfficerSignIn],
    ..Declaration::HTTP
};
