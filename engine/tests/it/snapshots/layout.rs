//! The layout of archives is that of a server, in both directions.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use qdrant_embedded_engine::qdrant_edge::{EdgeShard, PointOperations, UpdateOperation};
use serde_json::{Value, json};
use tar::{Archive, Builder, Header};
use tempfile::TempDir;

use super::round_trip::{kinds, results};
use super::{Store, plain_point, refusal};

/// The files of an archive, by their names.
fn entries(reader: impl Read) -> BTreeMap<String, Vec<u8>> {
    let mut archive = Archive::new(reader);
    let mut found = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        found.insert(entry.path().unwrap().to_str().unwrap().to_owned(), bytes);
    }
    found
}

pub fn entries_of(file: &Path) -> BTreeMap<String, Vec<u8>> {
    entries(BufReader::new(File::open(file).unwrap()))
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// Writes an archive as the server's code would: `prefix` before every name.
pub fn write(files: impl IntoIterator<Item = (String, Vec<u8>)>, prefix: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.snapshot");
    let mut tar = Builder::new(File::create(&path).unwrap());
    for (name, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        // The crate itself leaves out a leading `./`.
        let name = format!("{prefix}{name}");
        if name.len() < 100 {
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, &bytes[..]).unwrap();
        } else {
            tar.append_data(&mut header, name, &bytes[..]).unwrap();
        }
    }
    tar.into_inner().unwrap();
    (folder, path)
}

/// A snapshot as a server with two shards makes it, of two collections that are those shards.
fn as_two_shards(
    store: &Store,
    names: [&str; 2],
    config: impl FnOnce(&mut Value),
) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for (shard, name) in names.into_iter().enumerate() {
        for (path, bytes) in entries_of(&store.snapshot(name)) {
            match path.strip_prefix("0/") {
                Some(rest) => files.insert(format!("{shard}/{rest}"), bytes),
                None => files.insert(path, bytes),
            };
        }
    }
    let mut settings = json_of(&files["config.json"]);
    settings["params"]["shard_number"] = json!(2);
    // What a server has beside what we know.
    settings["uuid"] = json!("3f8ab3ad-1cc2-4a2b-8e1e-9a0f5f6d7a11");
    config(&mut settings);
    files.insert("config.json".to_owned(), settings.to_string().into_bytes());
    for clocks in ["0/newest_clocks.json", "0/oldest_clocks.json", "1/newest_clocks.json"] {
        files.insert(clocks.to_owned(), b"{}".to_vec());
    }
    files.insert("0/applied_seq.json".to_owned(), br#"{"op_num":0}"#.to_vec());
    files
}

/// A snapshot with two shards: points with even ids are in one, those with odd ids in the other.
fn two_shards(config: impl FnOnce(&mut Value)) -> BTreeMap<String, Vec<u8>> {
    let store = Store::new();
    let names = ["c0", "c1"];
    for (shard, name) in (0..).zip(names) {
        store.create_plain(name, (0..600).filter(|id| id % 2 == shard));
        store.index(name, "n", json!("integer"));
        store.delete(name, &[10 + shard]);
    }
    as_two_shards(&store, names, config)
}

fn check_merged(store: &Store, name: &str) {
    assert_eq!(store.ids(name), (0..600).filter(|id| ![10, 11].contains(id)).collect::<Vec<_>>());
    assert_eq!(store.points(name)[100]["payload"], plain_point(102)["payload"]);
    assert_eq!(store.points(name)[100]["vector"], plain_point(102)["vector"]);
    assert_eq!(store.info(name)["payload_schema"]["n"]["data_type"], "integer");
    store.delete(name, &[0, 1]);
    store.upsert(name, json!([plain_point(1)]));
    assert_eq!(store.count(name), 597);
}

#[test]
fn the_archive_of_a_collection_holds_what_a_server_wants() {
    let store = Store::new();
    store.create(
        "c",
        json!({
            "vectors": { "size": 2, "distance": "Dot" }, "shard_number": 4, "sharding_method": "custom",
        }),
    );
    store.upsert("c", json!([plain_point(1)]));
    store.index("c", "n", json!("integer"));
    let files = entries_of(&store.snapshot("c"));
    let (segments, others): (Vec<_>, Vec<_>) = files.keys().partition(|name| name.starts_with("0/segments/"));
    let (log, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|name| name.starts_with("0/wal/"));
    assert_eq!(
        others,
        [
            "0/replica_state.json",
            "0/shard_config.json",
            "config.json",
            "payload_index.json",
            "shard_key_mapping.json",
            "version.info",
        ]
    );
    assert!(log.contains(&&"0/wal/first-index".to_owned()) && log.iter().any(|name| name.contains("open-")));
    assert!(!log.contains(&&"0/wal/.wal".to_owned()));
    for segment in segments {
        let id = segment.strip_prefix("0/segments/").unwrap().strip_suffix(".tar").unwrap();
        id.parse::<qdrant_embedded_engine::qdrant_edge::external::uuid::Uuid>().unwrap();
        let inner = entries(&files[segment][..]);
        assert!(inner.keys().all(|name| name.starts_with("snapshot/files/")));
        assert!(
            inner.contains_key("snapshot/files/segment.json")
                && inner.contains_key("snapshot/files/version.info")
        );
        assert!(!inner.keys().any(|name| name.ends_with("segment_manifest.json")));
    }
    assert_eq!(json_of(&files["0/shard_config.json"]), json!({ "type": "ReplicaSet" }));
    let replicas = json_of(&files["0/replica_state.json"]);
    let peer = replicas["this_peer_id"].to_string();
    assert_eq!((&replicas["is_local"], &replicas["peers"][&peer]), (&json!(true), &json!("Active")));
    let config = json_of(&files["config.json"]);
    assert_eq!(config["params"]["shard_number"], 1);
    assert_eq!(config["params"].get("sharding_method"), None);
    for part in ["params", "hnsw_config", "optimizer_config", "wal_config"] {
        assert!(config[part].is_object(), "{part}");
    }
    assert_eq!(json_of(&files["payload_index.json"])["schema"]["n"], "integer");
    assert_eq!(files["version.info"], b"0.4.2");
}

#[test]
fn the_engine_of_the_server_reads_the_archive_of_a_shard() {
    let store = Store::new();
    store.create_plain("c", 0..20);
    store.delete("c", &[3]);
    let folder = tempfile::tempdir().unwrap();
    EdgeShard::unpack_snapshot(&store.snapshot_of_shard("c"), folder.path()).unwrap();
    let shard = EdgeShard::load(folder.path(), None).unwrap();
    assert_eq!(shard.info().unwrap().points_count, 19);
    let ids = vec![4.into(), 5.into()];
    shard.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids })).unwrap();
    assert_eq!(shard.info().unwrap().points_count, 17);
}

#[test]
fn all_shards_of_a_server_become_one() {
    let store = Store::new();
    for prefix in ["", "./"] {
        let (_folder, file) = write(two_shards(|_| {}), prefix);
        let name = format!("of{}", prefix.len());
        assert_eq!(store.recover(&name, &file), Ok(true));
        assert_eq!(store.info(&name)["config"]["params"]["shard_number"], 2);
        check_merged(&store, &name);
    }
    let store = store.reopened(|_| {});
    assert_eq!(store.count("of2"), 597);
    // The merged collection makes a snapshot of its own.
    let file = store.snapshot("of2");
    assert_eq!(store.recover("again", &file), Ok(true));
    assert_eq!(store.points("again"), store.points("of2"));
}

#[test]
fn shards_with_vectors_of_every_kind_become_one() {
    for (settings, points) in kinds() {
        let store = Store::new();
        let names = ["even", "odd", "all"];
        let points = points.as_array().unwrap();
        for name in names {
            store.create(name, settings.clone());
            store.index(name, "city", json!("keyword"));
            store.index(name, "n", json!("integer"));
        }
        let part = |rest| points.iter().skip(rest).step_by(2).cloned().collect::<Vec<_>>();
        store.upsert("even", json!(part(0)));
        store.upsert("odd", json!(part(1)));
        store.upsert("all", json!(points));
        let (_folder, file) = write(as_two_shards(&store, [names[0], names[1]], |_| {}), "");
        assert_eq!(store.recover("merged", &file), Ok(true));
        let store = store.reopened(|_| {});
        assert_eq!(store.points("merged"), store.points("all"));
        assert_eq!(store.info("merged")["payload_schema"], store.info("all")["payload_schema"]);
        let without_versions = |name| {
            let mut results = json!(results(&store, name));
            for point in results.as_array_mut().unwrap().iter_mut().filter_map(Value::as_array_mut).flatten()
            {
                point["version"].take();
            }
            results
        };
        assert!(without_versions("merged") == without_versions("all"), "{settings}");
    }
}

/// Settings as servers of three versions write them.
fn settings_of_servers() -> [Value; 3] {
    let old = json!({
        "params": {
            "vectors": { "size": 2, "distance": "Dot" }, "shard_number": 1, "replication_factor": 1,
            "write_consistency_factor": 1, "on_disk_payload": false,
        },
        "hnsw_config": { "m": 16, "ef_construct": 100, "full_scan_threshold": 10000 },
        "optimizer_config": {
            "deleted_threshold": 0.2, "vacuum_min_vector_number": 1000, "default_segment_number": 0,
            "max_segment_size": null, "memmap_threshold": null, "indexing_threshold": 20000,
            "flush_interval_sec": 5, "max_optimization_threads": 1,
        },
        "wal_config": { "wal_capacity_mb": 32, "wal_segments_ahead": 0 },
    });
    let mut middle = old.clone();
    middle["hnsw_config"]["max_indexing_threads"] = json!(0);
    middle["hnsw_config"]["on_disk"] = json!(false);
    middle["optimizer_config"]["max_optimization_threads"] = json!(null);
    middle["quantization_config"] =
        json!({ "scalar": { "type": "int8", "quantile": 0.99, "always_ram": true } });
    let mut new = middle.clone();
    new["wal_config"]["wal_retain_closed"] = json!(1);
    new["strict_mode_config"] = json!({ "enabled": true, "max_query_limit": 100_000 });
    new["uuid"] = json!("3f8ab3ad-1cc2-4a2b-8e1e-9a0f5f6d7a11");
    new["metadata"] = json!({ "owner": "me" });
    [old, middle, new]
}

#[test]
fn the_settings_of_servers_of_many_versions_are_understood() {
    let store = Store::new();
    store.create_plain("c", 0..20);
    let files = entries_of(&store.snapshot("c"));
    for (number, settings) in settings_of_servers().into_iter().enumerate() {
        let mut files = files.clone();
        files.insert("config.json".to_owned(), settings.to_string().into_bytes());
        let (_folder, file) = write(files, "");
        let name = format!("of{number}");
        assert_eq!(store.recover(&name, &file), Ok(true));
        assert_eq!(store.points(&name), store.points("c"));
        let config = store.info(&name)["config"].clone();
        for part in ["quantization_config", "strict_mode_config", "metadata"] {
            for (key, value) in settings[part].as_object().into_iter().flatten() {
                assert_eq!(&config[part][key], value, "{part}");
            }
        }
        for (key, value) in settings["optimizer_config"].as_object().unwrap() {
            assert_eq!(&config["optimizer_config"][key], value);
        }
        store.delete(&name, &[1]);
        assert_eq!(store.count(&name), 19);
    }
}

#[test]
fn the_shards_of_all_keys_are_taken() {
    let forms = [
        json!([{ "key": "a", "shard_ids": [0] }, { "key": 7, "shard_ids": [1] }]),
        json!({ "a": [0], "b": [1] }),
    ];
    for keys in forms {
        let mut files = two_shards(|config| {
            config["params"]["sharding_method"] = json!("custom");
            config["params"]["shard_number"] = json!(1);
        });
        files.insert("shard_key_mapping.json".to_owned(), keys.to_string().into_bytes());
        let (_folder, file) = write(files, "");
        let store = Store::new();
        assert_eq!(store.recover("c", &file), Ok(true));
        check_merged(&store, "c");
    }
}

#[test]
fn a_shard_that_is_not_in_the_archive_is_missed() {
    let mut files = two_shards(|_| {});
    files.retain(|name, _| !name.starts_with("1/segments/"));
    let (_folder, file) = write(files, "");
    let store = Store::new();
    let (status, text) = refusal(store.recover("c", &file));
    assert_eq!((status, text.contains("no data of shard 1")), (400, true), "{text}");
    assert_eq!(store.collections(), json!([]));
}

#[test]
fn segments_may_be_folders() {
    let store = Store::new();
    store.create_plain("c", 0..20);
    let mut files = BTreeMap::new();
    for (path, bytes) in entries_of(&store.snapshot("c")) {
        match path.strip_suffix(".tar") {
            Some(segment) => {
                for (name, bytes) in entries(&bytes[..]) {
                    files.insert(name.replace("snapshot/files", &format!("{segment}/files")), bytes);
                }
            }
            None => drop(files.insert(path, bytes)),
        }
    }
    let (_folder, file) = write(files, "");
    assert_eq!(store.recover("d", &file), Ok(true));
    assert_eq!(store.points("d"), store.points("c"));
}

#[test]
fn deletes_count_even_if_the_archive_has_no_log() {
    let store = Store::new();
    store.create_plain("c", 0..20);
    for id in 0..10 {
        store.upsert("c", json!([plain_point(id)]));
    }
    let mut files = entries_of(&store.snapshot("c"));
    files.retain(|name, _| !name.starts_with("0/wal/"));
    let (_folder, file) = write(files, "");
    assert_eq!(store.recover("d", &file), Ok(true));
    assert_eq!(store.points("d"), store.points("c"));
    store.delete("d", &[1, 2]);
    assert_eq!(store.count("d"), 18);
}

#[test]
fn indexes_of_the_collection_that_its_segments_lack_are_made() {
    let store = Store::new();
    store.create_plain("c", 0..20);
    let mut files = entries_of(&store.snapshot("c"));
    let index =
        json!({ "schema": { "n": "integer", "deep.field": { "type": "keyword", "is_tenant": true } } });
    files.insert("payload_index.json".to_owned(), index.to_string().into_bytes());
    let (_folder, file) = write(files, "");
    assert_eq!(store.recover("d", &file), Ok(true));
    let schema = store.info("d")["payload_schema"].clone();
    assert_eq!(schema["n"], json!({ "data_type": "integer", "points": 20 }));
    assert_eq!(schema["deep.field"]["params"]["is_tenant"], true);
}

#[test]
fn what_is_large_and_empty_stays_so() {
    let store = Store::new();
    store.create_plain("c", 0..3);
    let file = store.snapshot("c");
    store.recover("d", &file).unwrap();
    let (apparent, real) = size_of(&store.path().join("collections/d"));
    assert!(apparent > 10 << 20, "{apparent} bytes");
    if cfg!(target_os = "linux") {
        assert!(real < 1 << 20, "{real} bytes on disk");
    }
}

/// Bytes that the files in a folder seem to have, and those that they take.
fn size_of(folder: &Path) -> (u64, u64) {
    let mut sizes = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (apparent, real) = if path.is_dir() { size_of(&path) } else { size_of_file(&path) };
        sizes = (sizes.0 + apparent, sizes.1 + real);
    }
    sizes
}

#[cfg(unix)]
fn size_of_file(path: &Path) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).unwrap();
    (metadata.len(), metadata.blocks() * 512)
}

#[cfg(not(unix))]
fn size_of_file(path: &Path) -> (u64, u64) {
    let length = fs::metadata(path).unwrap().len();
    (length, length)
}
