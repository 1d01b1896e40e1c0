//! Reading what `/metrics` answers, and which metrics an expression names.

use std::collections::{BTreeMap, BTreeSet};

/// A metric as it is described, and its samples.
#[derive(Default)]
pub struct Family {
    pub help: String,
    pub kind: String,
    pub unit: Option<String>,
    pub values: Vec<String>,
}

/// An answer.
#[derive(Default)]
pub struct Exposition {
    /// By the name under which it is described.
    pub families: BTreeMap<String, Family>,
    /// The names of samples, each with the names of its labels.
    pub samples: BTreeMap<String, BTreeSet<String>>,
}

/// A metric that an expression names, with the labels that it asks of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub metric: String,
    pub labels: BTreeSet<String>,
}

impl Exposition {
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        for line in text.lines() {
            if let Some(description) = line.strip_prefix("# ") {
                read.describe(description);
            } else if !line.is_empty() {
                read.sample(line);
            }
        }
        read
    }

    fn describe(&mut self, description: &str) {
        let mut words = description.splitn(3, ' ');
        let [Some(what), Some(name), text] = [words.next(), words.next(), words.next()] else { return };
        let family = self.families.entry(name.to_owned()).or_default();
        let text = text.unwrap_or_default().to_owned();
        match what {
            "HELP" => family.help = text,
            "TYPE" => family.kind = text,
            "UNIT" => family.unit = Some(text),
            _ => panic!("what is this? {description}"),
        }
    }

    fn sample(&mut self, line: &str) {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value in {line}"));
        let Named { metric, labels } =
            named(series).into_iter().next().unwrap_or_else(|| panic!("no name in {line}"));
        let family = self.family_of(&metric).unwrap_or_else(|| panic!("{metric} is not described"));
        self.families.get_mut(&family).unwrap().values.push(value.to_owned());
        self.samples.entry(metric).or_default().extend(labels);
    }

    /// The name under which a sample's metric is described.
    pub fn family_of(&self, sample: &str) -> Option<String> {
        let endings = ["", "_total", "_info", "_bucket", "_sum", "_count"];
        let names = endings.iter().filter_map(|ending| sample.strip_suffix(ending));
        names.map(str::to_owned).find(|name| self.families.contains_key(name))
    }
}

/// The metrics of ours that a text names.
pub fn named(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = ["realdid_", "process_"].iter().filter_map(|prefix| rest.find(prefix)).min() {
        let is_inside =
            rest[..start].ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        let from = &rest[start..];
        let end =
            from.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(from.len());
        rest = &from[end..];
        let labels =
            rest.strip_prefix('{').and_then(|labels| labels.split_once('}')).map_or("", |(labels, _)| labels);
        if !is_inside {
            found.push(Named { metric: from[..end].to_owned(), labels: label_names(labels) });
        }
    }
    found
}

/// `a="x",b=~"y"` names `a` and `b`.
fn label_names(labels: &str) -> BTreeSet<String> {
    // values stand between quotes
    let outside = labels.split('"').step_by(2);
    let names = outside
        .map(|part| part.trim_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_'));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn metrics_are_found_with_the_labels_that_they_are_asked_for() {
    let text = "sum by (le) (rate(realdid_a_bucket{instance=~\"$instance\", le=\"0.1\"}[5m])) / my_realdid_b + process_c";
    let labels = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let a = Named { metric: "realdid_a_bucket".to_owned(), labels: labels(&["instance", "le"]) };
    let c = Named { metric: "process_c".to_owned(), labels: labels(&[]) };
    assert_eq!(named(text), [a, c]);
}
