//! One table of rows that can take back everything since the last commit.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// Rows by key. Rows are shared with snapshots, so that a snapshot copies pointers only.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, Arc<V>>,
    undo: Vec<(K, Option<Arc<V>>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            undo: Vec::new(),
        }
    }
}

impl<K: Clone, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            undo: Vec::new(),
        }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// Writes a row, new or not.
    pub(super) fn put(&mut self, key: K, row: V) {
        let old = self.rows.insert(key.clone(), Arc::new(row));
        self.undo.push((key, old));
    }

    /// Removes a row if it is there.
    pub(super) fn remove(&mut self, key: &K) {
        if let Some(old) = self.rows.remove(key) {
            self.undo.push((key.clone(), Some(old)));
        }
    }

    /// Forgets how to go back.
    pub(super) fn keep(&mut self) {
        self.undo.clear();
    }

    /// Goes back to the last [`Table::keep`].
    pub(super) fn roll_back(&mut self) {
        while let Some((key, old)) = self.undo.pop() {
            match old {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }

    pub(super) fn get(&self, key: &K) -> Option<&Arc<V>> {
        self.rows.get(key)
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn last_key(&self) -> Option<&K> {
        self.rows.last_key_value().map(|(key, _)| key)
    }

    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.values().map(Arc::as_ref)
    }

    pub(super) fn shared(&self) -> impl Iterator<Item = Arc<V>> {
        self.rows.values().cloned()
    }

    pub(super) fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.rows.keys()
    }

    pub(super) fn range(
        &self,
        range: impl RangeBounds<K>,
    ) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.range(range).map(|(key, row)| (key, row.as_ref()))
    }

    pub(super) fn keys_in(&self, range: impl RangeBounds<K>) -> impl Iterator<Item = &K> {
        self.rows.range(range).map(|(key, _)| key)
    }

    /// Rows with a key after this one.
    pub(super) fn after(&self, key: K) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.range((Bound::Excluded(key), Bound::Unbounded))
    }
}
