//! Snapshots.

use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use qdrant_embedded_engine::model::FullSnapshotSource;
use qdrant_embedded_engine::{
    CreateSnapshot, DeleteSnapshot, Error, ListSnapshots, LocateSnapshot, Manage, RecoverFullSnapshot,
    RecoverSnapshot, Result, SnapshotScope, Touches, Transfer,
};
use serde::Serialize;

use super::QdrantClient;
use crate::request::Request;
use crate::response::to_js_error;

impl QdrantClient {
    fn create<'env>(&self, env: &'env Env, scope: SnapshotScope) -> napi::Result<PromiseRaw<'env, String>> {
        self.call(env, async move |client| client.transfer(scope.touches(), CreateSnapshot(scope)).await)
    }

    fn list<'env>(&self, env: &'env Env, scope: SnapshotScope) -> napi::Result<PromiseRaw<'env, String>> {
        self.inspect(env, scope.touches(), ListSnapshots(scope))
    }

    fn delete_one<'env>(
        &self,
        env: &'env Env,
        scope: SnapshotScope,
        name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.call(env, async move |client| {
            client.transfer(scope.touches(), DeleteSnapshot { scope, name }).await
        })
    }

    fn locate<'env>(
        &self,
        env: &'env Env,
        scope: SnapshotScope,
        name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.inspect(env, scope.touches(), LocateSnapshot { scope, name })
    }

    fn take_in<'env, T>(
        &self,
        env: &'env Env,
        touches: Touches,
        build: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> napi::Result<PromiseRaw<'env, String>>
    where
        T: Transfer,
        T::Output: Manage,
        <T::Output as Manage>::Output: Serialize,
    {
        self.call(env, async move |client| client.take_in(touches, build).await)
    }
}

/// The number of a shard, as it is in a path.
fn shard_number(text: &str) -> napi::Result<u32> {
    text.parse().map_err(|_| to_js_error(&Error::NotFound(format!("shard {text} not found"))))
}

fn of_shard(collection: String, shard: &str) -> napi::Result<SnapshotScope> {
    Ok(SnapshotScope::Shard { collection, shard: shard_number(shard)? })
}

#[napi]
impl QdrantClient {
    /// Lists the snapshots of a collection by name. Their files are in the storage folder, in
    /// `snapshots/<collection>`, each beside one with its checksum.
    #[napi(ts_return_type = "Promise<Schemas['SnapshotDescription'][]>")]
    pub fn list_snapshots<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.list(env, SnapshotScope::Collection(collection_name))
    }

    /// Makes a snapshot of a collection, of one moment, in the format of a Qdrant server. Reads and writes go
    /// on; writes wait only while the files are copied. What was written before the call is in it, and
    /// perhaps some of what is written until it resolves. It resolves when the snapshot is on the disk, also
    /// without `wait`.
    #[napi(
        ts_args_type = "collectionName: string, args?: Args<'createSnapshot'>",
        ts_return_type = "Promise<Schemas['SnapshotDescription']>"
    )]
    pub fn create_snapshot<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.create(env, SnapshotScope::Collection(collection_name))
    }

    /// Deletes a snapshot of a collection. Rejects with status 404 if there is none of that name.
    #[napi(
        ts_args_type = "collectionName: string, snapshotName: string, args?: Parameters<RestClient['deleteSnapshot']>[2] & CallOptions",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn delete_snapshot<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        snapshot_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.delete_one(env, SnapshotScope::Collection(collection_name), snapshot_name)
    }

    /// Tells the path of the file of a collection's snapshot, to copy it elsewhere or to upload it to a
    /// server, which takes it as it is. Rejects with status 404 if there is none of that name. Not for
    /// clients of a server.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn snapshot_path<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        snapshot_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.locate(env, SnapshotScope::Collection(collection_name), snapshot_name)
    }

    /// Replaces the points of a collection by those of a snapshot, or creates the collection: all of it, or
    /// nothing when it rejects. `location` is a path, a `file://`, `http://` or `https://` URL, or the name
    /// of a snapshot of this collection. The snapshot may be of a Qdrant server, and of any number of shards.
    ///
    /// A collection that is there keeps its settings, aliases and payload indexes, and has to have the
    /// vectors of the snapshot. It can be used meanwhile, but what is written to it then is replaced as
    /// well. Rejects with status 400 for a wrong `checksum`, for what is no snapshot, and for one that does
    /// not fit.
    #[napi(
        ts_args_type = "collectionName: string, args: Args<'recoverSnapshot'>",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn recover_snapshot<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.take_in(env, Touches::Name(collection_name.clone()), move || {
            Ok(RecoverSnapshot { collection: collection_name, shard: None, source: request.parse()? })
        })
    }

    /// Lists the snapshots of a shard, of which every collection has one: 0.
    #[napi(
        ts_args_type = "collectionName: string, shardId: number",
        ts_return_type = "Promise<Schemas['SnapshotDescription'][]>"
    )]
    pub fn list_shard_snapshots<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        shard_id: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.list(env, of_shard(collection_name, &shard_id)?)
    }

    /// Makes a snapshot of a shard: as `createSnapshot`, without the settings of the collection.
    #[napi(
        ts_args_type = "collectionName: string, shardId: number, args?: Parameters<RestClient['createShardSnapshot']>[2] & CallOptions",
        ts_return_type = "Promise<Schemas['SnapshotDescription']>"
    )]
    pub fn create_shard_snapshot<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        shard_id: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.create(env, of_shard(collection_name, &shard_id)?)
    }

    /// Deletes a snapshot of a shard. Rejects with status 404 if there is none of that name.
    #[napi(
        ts_args_type = "collectionName: string, shardId: number, snapshotName: string, args?: Parameters<RestClient['deleteShardSnapshot']>[3] & CallOptions",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn delete_shard_snapshot<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        shard_id: String,
        snapshot_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.delete_one(env, of_shard(collection_name, &shard_id)?, snapshot_name)
    }

    /// Tells the path of the file of a shard's snapshot: as `snapshotPath`.
    #[napi(
        ts_args_type = "collectionName: string, shardId: number, snapshotName: string",
        ts_return_type = "Promise<string>"
    )]
    pub fn shard_snapshot_path<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        shard_id: String,
        snapshot_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.locate(env, of_shard(collection_name, &shard_id)?, snapshot_name)
    }

    /// Replaces the points of a collection by those of the snapshot of a shard: as `recoverSnapshot`, for
    /// a collection that is there.
    #[napi(
        ts_args_type = "collectionName: string, shardId: number, args: Parameters<RestClient['recoverShardFromSnapshot']>[2] & CallOptions",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn recover_shard_from_snapshot<'env>(
        &self,
        env: &'env Env,
        collection_name: String,
        shard_id: String,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let shard = Some(shard_number(&shard_id)?);
        self.take_in(env, Touches::Name(collection_name.clone()), move || {
            Ok(RecoverSnapshot { collection: collection_name, shard, source: request.parse()? })
        })
    }

    /// Lists the snapshots of the whole store. Their files are in the storage folder, in `snapshots`.
    #[napi(ts_return_type = "Promise<Schemas['SnapshotDescription'][]>")]
    pub fn list_full_snapshots<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        self.list(env, SnapshotScope::Storage)
    }

    /// Makes a snapshot of all collections, each as `createSnapshot` does, and of the aliases.
    #[napi(
        ts_args_type = "args?: Parameters<RestClient['createFullSnapshot']>[0] & CallOptions",
        ts_return_type = "Promise<Schemas['SnapshotDescription']>"
    )]
    pub fn create_full_snapshot<'env>(&self, env: &'env Env) -> napi::Result<PromiseRaw<'env, String>> {
        self.create(env, SnapshotScope::Storage)
    }

    /// Deletes a snapshot of the whole store. Rejects with status 404 if there is none of that name.
    #[napi(
        ts_args_type = "snapshotName: string, args?: Parameters<RestClient['deleteFullSnapshot']>[1] & CallOptions",
        ts_return_type = "Promise<boolean>"
    )]
    pub fn delete_full_snapshot<'env>(
        &self,
        env: &'env Env,
        snapshot_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.delete_one(env, SnapshotScope::Storage, snapshot_name)
    }

    /// Tells the path of the file of a snapshot of the whole store: as `snapshotPath`.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn full_snapshot_path<'env>(
        &self,
        env: &'env Env,
        snapshot_name: String,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.locate(env, SnapshotScope::Storage, snapshot_name)
    }

    /// Brings the collections and aliases of a snapshot of a whole storage into this one, all of them, or
    /// nothing when it rejects; all else stays. A server does this when it starts with
    /// `--storage-snapshot`.
    ///
    /// Rejects with status 409 when one of them is there already, unless `force` is `true`: then it is
    /// replaced, settings included. Not for clients of a server.
    #[napi(ts_args_type = "args: RecoverFullSnapshotArgs", ts_return_type = "Promise<boolean>")]
    pub fn recover_full_snapshot<'env>(
        &self,
        env: &'env Env,
        request: Request,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        self.take_in(env, Touches::All, move || {
            Ok(RecoverFullSnapshot(request.parse::<FullSnapshotSource>()?))
        })
    }
}
