//! What a process asked the kernel for, from strace's text: which bytes of which file were synced when, and what was
//! answered when.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The calls that matter here.
pub(crate) const CALLS: &str = "openat,write,writev,pwrite64,lseek,ftruncate,fsync,fdatasync,rename,renameat,renameat2,\
                                unlink,unlinkat,sendto,sendmsg";

/// One finished call. Places are line numbers: the order in which strace saw things.
#[derive(Debug)]
struct Call {
    began: usize,
    name: String,
    arguments: String,
    result: i64,
    seconds: f64,
}

/// Joins the halves of calls that others came between.
fn calls(text: &str) -> Vec<Call> {
    let mut open: HashMap<&str, (usize, String)> = HashMap::new();
    let mut calls = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let Some((pid, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            open.insert(pid, (place, begun.trim_end().to_owned()));
        } else if let Some((_, end)) = rest.strip_prefix("<... ").and_then(|rest| rest.split_once("resumed>")) {
            let begun = open.remove(pid);
            calls.extend(begun.and_then(|(began, begun)| call(began, &(begun + end))));
        } else {
            calls.extend(call(place, rest));
        }
    }
    calls
}

/// `NAME(ARGUMENTS) = RESULT … <SECONDS>`.
fn call(began: usize, text: &str) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, end) = rest.rsplit_once(") = ").or_else(|| rest.rsplit_once(" = "))?;
    let result = end.split_whitespace().next()?.split('<').next()?.parse().ok()?;
    let seconds = end.rsplit_once('<').and_then(|(_, seconds)| seconds.strip_suffix('>')?.parse().ok()).unwrap_or(0.0);
    Some(Call {
        began,
        name: name.to_owned(),
        arguments: arguments.trim_end_matches(')').trim_end().to_owned(),
        result,
        seconds,
    })
}

/// Descriptor and path of a call's first argument: `7</path>`.
fn descriptor(arguments: &str) -> Option<(u32, &str)> {
    let (number, rest) = arguments.split_once('<')?;
    Some((number.parse().ok()?, rest.split_once('>')?.0))
}

/// The bytes of a file that were written and not synced since.
type Unsynced = Vec<Range<u64>>;

/// What a trace comes to.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// Answers with status 200 that name a batch.
    pub(crate) answers: u64,
    /// Of those: without a sync between the last write of the batch and the answer.
    pub(crate) answered_too_early: Vec<String>,
    /// How long each sync took, s.
    pub(crate) syncs: Vec<f64>,
    /// What a power cut takes from each file at the end.
    pub(crate) unsynced: BTreeMap<PathBuf, Unsynced>,
}

/// How far a batch has come.
#[derive(Debug, Default, Clone, Copy)]
struct Progress {
    written: Option<usize>,
    synced: bool,
}

impl Trace {
    /// Reads what strace wrote about files below `folder` and about sockets; ids are those of the batches sent.
    pub(crate) fn read(text: &str, folder: &Path, ids: &[String]) -> Self {
        let mut trace = Self::default();
        let folder = folder.to_string_lossy();
        let mut places: HashMap<u32, (String, u64)> = HashMap::new();
        let mut batches: HashMap<&str, Progress> = ids.iter().map(|id| (id.as_str(), Progress::default())).collect();
        for call in calls(text).into_iter().filter(|call| call.result >= 0) {
            let found = descriptor(&call.arguments);
            let file = found.filter(|(_, path)| path.starts_with(&*folder));
            match (call.name.as_str(), file) {
                ("openat", _) => {
                    // The result is the descriptor, with its path; what it shows of the path the arguments show, too.
                    let path = call.arguments.split('"').nth(1).unwrap_or_default();
                    if path.starts_with(&*folder) {
                        places.insert(call.result as u32, (path.to_owned(), 0));
                    }
                }
                ("lseek", Some((descriptor, path))) => {
                    places.insert(descriptor, (path.to_owned(), call.result as u64));
                }
                ("write" | "writev" | "pwrite64", Some((descriptor, path))) => {
                    let known = places.entry(descriptor).or_insert_with(|| (path.to_owned(), 0));
                    let at = match call.name.as_str() {
                        "pwrite64" => call.arguments.rsplit(", ").next().and_then(|at| at.parse().ok()).unwrap_or(0),
                        _ => known.1,
                    };
                    let end = at + call.result as u64;
                    if call.name != "pwrite64" {
                        known.1 = end;
                    }
                    trace.unsynced.entry(path.into()).or_default().push(at..end);
                    for id in found_ids(&call.arguments, &batches) {
                        let progress = batches.get_mut(id.as_str()).expect("it was found there");
                        *progress = Progress { written: Some(call.began), synced: false };
                    }
                }
                ("fsync" | "fdatasync", Some((_, path))) => {
                    trace.syncs.push(call.seconds);
                    trace.unsynced.remove(Path::new(path));
                    for progress in batches.values_mut() {
                        progress.synced |= progress.written.is_some_and(|written| written < call.began);
                    }
                }
                ("rename" | "renameat" | "renameat2", _) => {
                    let mut names = call.arguments.split('"').skip(1).step_by(2);
                    if let (Some(old), Some(new)) = (names.next(), names.next()) {
                        let ranges = trace.unsynced.remove(Path::new(old));
                        trace.unsynced.remove(Path::new(new));
                        trace.unsynced.extend(ranges.map(|ranges| (new.into(), ranges)));
                    }
                }
                ("unlink" | "unlinkat", _) => {
                    let path = call.arguments.split('"').nth(1).unwrap_or_default();
                    trace.unsynced.remove(Path::new(path));
                }
                ("write" | "writev" | "sendto" | "sendmsg", None) if call.arguments.contains("HTTP/1.1 200") => {
                    for id in found_ids(&call.arguments, &batches) {
                        trace.answers += 1;
                        if !batches[id.as_str()].synced {
                            trace.answered_too_early.push(id);
                        }
                    }
                }
                _ => {}
            }
        }
        trace
    }
}

/// Ids that stand in a call's bytes. They are digits only, so strace shows them as they are.
fn found_ids(arguments: &str, known: &HashMap<&str, Progress>) -> Vec<String> {
    let runs = arguments.split(|c: char| !c.is_ascii_digit());
    let mut found: Vec<String> = runs.filter(|run| known.contains_key(run)).map(str::to_owned).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0001000000000000000007";

    fn read(lines: &[&str]) -> Trace {
        Trace::read(&lines.join("\n"), Path::new("/log"), &[ID.to_owned()])
    }

    fn line(pid: u32, call: &str) -> String {
        format!("{pid} {call}")
    }

    #[test]
    fn knows_what_was_synced_before_its_answer() {
        let write = line(7, &format!("write(5</log/1.jnl>, \"\\211un1demo/s/t/{ID}\\0\", 100) = 100 <0.000010>"));
        let begun = line(7, "fdatasync(5</log/1.jnl> <unfinished ...>");
        let done = line(7, "<... fdatasync resumed>) = 0 <0.001500>");
        let answer = line(
            8,
            &format!(
                "writev(9<TCP:[1]>, [{{iov_base=\"HTTP/1.1 200 OK\\r\\n{{\\\"batch_id\\\":\\\"{ID}\\\"\", iov_len=9}}], 1) = 9 <0.0>"
            ),
        );
        let sound = read(&[&write, &begun, &done, &answer]);
        assert_eq!((sound.answers, sound.answered_too_early.len(), sound.syncs.as_slice()), (1, 0, &[0.0015][..]));
        assert!(sound.unsynced.is_empty());
        for wrong in [[&write, &begun, &answer, &done], [&begun, &write, &done, &answer]] {
            assert_eq!(read(&wrong.map(String::as_str)).answered_too_early, [ID]);
        }
    }

    #[test]
    fn knows_which_bytes_a_power_cut_takes() {
        let trace = read(&[
            "7 openat(AT_FDCWD, \"/log/1.jnl\", O_WRONLY|O_CREAT, 0666) = 5</log/1.jnl> <0.0>",
            "7 write(5</log/1.jnl>, \"abc\", 3) = 3 <0.0>",
            "7 fsync(5</log/1.jnl>) = 0 <0.0>",
            "7 write(5</log/1.jnl>, \"de\", 2) = 2 <0.0>",
            "7 openat(AT_FDCWD, \"/log/durable.new\", O_WRONLY|O_CREAT, 0666) = 6</log/durable.new> <0.0>",
            "7 write(6</log/durable.new>, \"1\\n\", 2) = 2 <0.0>",
            "7 rename(\"/log/durable.new\", \"/log/durable\") = 0 <0.0>",
            "7 write(7</elsewhere>, \"1\\n\", 2) = 2 <0.0>",
        ]);
        let taken: Vec<_> =
            trace.unsynced.iter().map(|(path, ranges)| format!("{} {ranges:?}", path.display())).collect();
        assert_eq!(taken, ["/log/1.jnl [3..5]", "/log/durable [0..2]"]);
    }
}
