//! The storage of an object: the synchronous key-value storage of SQLite-backed classes, without promises.

use std::cell::Cell;

use js_sys::{Array, Object, Uint8Array};
use worker::{
    wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen},
    worker_sys::DurableObjectStorage,
};

use super::error::host_error;
use crate::{
    HostError, ListOptions,
    host::{NESTED, Store},
    server::storage::value::RESERVED_PREFIX,
};

// `worker` has no bindings for this part of the platform.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    /// `ctx.storage`.
    type Storage;

    #[wasm_bindgen(method, getter)]
    fn kv(this: &Storage) -> SyncKvStorage;

    /// If `change` throws, rolls its changes back and throws the same.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &Storage,
        change: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;

    /// `ctx.storage.kv`. Every method throws if the class is not SQLite-backed.
    type SyncKvStorage;

    #[wasm_bindgen(method, catch)]
    fn get(this: &SyncKvStorage, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn put(this: &SyncKvStorage, key: &str, value: Uint8Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &SyncKvStorage, key: &str) -> Result<bool, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn list(this: &SyncKvStorage, options: &JsListOptions) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(extends = Object)]
    type JsListOptions;

    #[wasm_bindgen(method, setter)]
    fn set_prefix(this: &JsListOptions, prefix: &str);

    #[wasm_bindgen(method, setter)]
    fn set_start(this: &JsListOptions, start: &str);

    #[wasm_bindgen(method, setter)]
    fn set_end(this: &JsListOptions, end: &str);

    #[wasm_bindgen(method, setter)]
    fn set_reverse(this: &JsListOptions, reverse: bool);

    #[wasm_bindgen(method, setter)]
    fn set_limit(this: &JsListOptions, limit: f64);

    /// `Array.from`, which reads the storage while it runs.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = from)]
    fn collect(iterable: &JsValue) -> Result<Array, JsValue>;
}

/// The storage of one object.
pub(super) struct WorkerStore {
    storage: Storage,
    kv: SyncKvStorage,
    in_transaction: Cell<bool>,
}

impl WorkerStore {
    pub(super) fn new(storage: DurableObjectStorage) -> Self {
        let storage: Storage = JsValue::from(storage).unchecked_into();
        Self { kv: storage.kv(), storage, in_transaction: Cell::new(false) }
    }

    /// At most `limit` entries, including those of the framework.
    fn entries(&self, list: &ListOptions, limit: Option<usize>) -> Result<Array, JsValue> {
        let options = Object::new().unchecked_into::<JsListOptions>();
        options.set_prefix(&list.prefix);
        if let Some(start) = &list.start {
            options.set_start(start);
        }
        if let Some(end) = &list.end {
            options.set_end(end);
        }
        options.set_reverse(list.reverse);
        if let Some(limit) = limit {
            #[expect(clippy::cast_precision_loss, reason = "above 2⁵³ it is no limit")]
            options.set_limit(limit as f64);
        }
        collect(&self.kv.list(&options)?)
    }
}

impl Store for WorkerStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        let value = self.kv.get(key).map_err(|error| host_error(&error))?;
        if value.is_undefined() { Ok(None) } else { bytes(key, value).map(Some) }
    }

    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError> {
        self.kv.put(key, Uint8Array::from(value)).map_err(|error| host_error(&error))
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        self.kv.delete(key).map_err(|error| host_error(&error))
    }

    fn list(&self, list: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        let limit = list.limit.unwrap_or(usize::MAX);
        // The platform rejects a limit of 0.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut asked = list.limit;
        loop {
            let entries = self.entries(list, asked).map_err(|error| host_error(&error))?;
            let pairs = entries.iter().map(JsCast::unchecked_into::<Array>);
            let pairs = pairs.map(|pair| (pair.get(0).as_string().unwrap_or_default(), pair.get(1)));
            let found: Vec<_> = pairs.filter(|(key, _)| !key.starts_with(RESERVED_PREFIX)).collect();
            match asked {
                // Entries of the framework were among them: requests as many more.
                Some(places) if found.len() < limit && entries.length() as usize == places => {
                    asked = Some(places + limit - found.len());
                }
                _ => {
                    return found
                        .into_iter()
                        .map(|(key, value)| bytes(&key, value).map(|value| (key, value)))
                        .collect();
                }
            }
        }
    }

    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError> {
        if self.in_transaction.replace(true) {
            return Err(HostError::new(NESTED));
        }
        // `null` is thrown to roll back, and is not an error.
        let done = self.storage.transaction_sync(&mut || if change() { Ok(JsValue::TRUE) } else { Err(JsValue::NULL) });
        self.in_transaction.set(false);
        match done {
            Err(error) if !error.is_null() => Err(host_error(&error)),
            _ => Ok(()),
        }
    }
}

fn bytes(key: &str, value: JsValue) -> Result<Vec<u8>, HostError> {
    match value.dyn_into::<Uint8Array>() {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(_) => Err(HostError::new(format!("the value of `{key}` has another type than this crate writes"))),
    }
}
