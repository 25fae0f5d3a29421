//! One set of features for what the SDK is built on, so that it is built once for all functions.
//!
//! Functions are packaged one by one, and Cargo gives each only the features that it asks for. The captcha's letters and the
//! printer of PDF ask more of some packages below the SDK than others do. Because every function depends on this package, they all
//! ask for the same, and the SDK is compiled once instead of three times. A test compares the features of all functions.

use log as _;
use num_traits as _;
use smallvec as _;
use stable_deref_trait as _;
use subtle as _;
use yoke as _;
use zerocopy as _;
use zerofrom as _;
