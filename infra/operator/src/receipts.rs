//! `operator verify-receipts`: every chain of receipts in a table, checked for receipts that were taken out or altered.

use std::collections::HashMap;

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use ikd::domain::receipt::{self, BrokenChain, ChainHead, Receipt};

/// What was found. Chains are named by a redemption, since operators need not know the holders.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub chains: usize,
    pub receipts: usize,
    pub broken: Vec<String>,
}

type Item = HashMap<String, AttributeValue>;

/// Reads a table of receipts from end to end, a page at a time, and checks each holder's chain when it is complete.
pub async fn verify(client: &Client, table: &str) -> Result<Verified> {
    let (mut verified, mut chain) = (Verified::default(), Chain::default());
    let mut start = None;
    loop {
        let page = client.scan().table_name(table).consistent_read(true).set_exclusive_start_key(start).send().await;
        let page = page.with_context(|| format!("{table} cannot be read"))?;
        // A holder's items come one after another: the head, the receipts in their order, the marks.
        for item in page.items.unwrap_or_default() {
            let holder = text(&item, "holder")?;
            if chain.holder != holder {
                std::mem::replace(&mut chain, Chain { holder, ..Chain::default() }).finish(&mut verified);
            }
            chain.take(item)?;
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    chain.finish(&mut verified);
    Ok(verified)
}

/// The part of one holder's chain that was read.
#[derive(Default)]
struct Chain {
    holder: String,
    head: Option<ChainHead>,
    receipts: Vec<Receipt>,
}

impl Chain {
    fn take(&mut self, item: Item) -> Result<()> {
        match text(&item, "position")?.split('#').next() {
            Some("head") => self.head = Some(serde_dynamo::from_item(item).context("a head that cannot be read")?),
            Some("receipt") => {
                self.receipts.push(serde_dynamo::from_item(item).context("a receipt that cannot be read")?);
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self, verified: &mut Verified) {
        if self.holder.is_empty() {
            return;
        }
        verified.chains += 1;
        verified.receipts += self.receipts.len();
        let name = self.receipts.first().map_or("none", |receipt| receipt.redemption_id.as_str());
        let holds = self.head.ok_or(BrokenChain::End).and_then(|head| receipt::verify(&self.receipts, &head));
        if let Err(broken) = holds {
            verified.broken.push(format!("{broken} (in the chain that begins with redemption {name})"));
        }
    }
}

fn text(item: &Item, name: &str) -> Result<String> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.cloned().with_context(|| format!("an item without {name}"))
}
