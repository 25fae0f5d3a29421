//! Western Indonesian time (WIB, UTC+7, without daylight saving time), which Kota Madiun keeps, and how dates are printed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

const WIB: Offset = Offset::constant(7);

/// The date in western Indonesia at a moment.
pub fn date_at(at: Timestamp) -> Date {
    WIB.to_datetime(at).date()
}

/// A date as documents print it.
pub fn print_date(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}

/// A moment as documents and e-mails print it.
pub fn print_time(at: Timestamp) -> String {
    WIB.to_datetime(at).strftime("%d-%m-%Y %H:%M WIB").to_string()
}
