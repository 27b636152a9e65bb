use super::*;

fn step(stage: &str, to: &[&str]) -> StepDecl {
    StepDecl { stage: stage.into(), to: to.iter().map(ToString::to_string).collect(), ..StepDecl::default() }
}

#[test]
fn a_length_is_written_as_it_is_read() {
    for text in ["3d", "36h", "90m", "16h working", "45m working"] {
        assert_eq!(text.parse::<Limit>().expect("a length").to_string(), text);
    }
    assert_eq!("48h".parse::<Limit>().expect("a length").to_string(), "2d");
    for text in ["", "3", "d", "0h", "3d working", "2w", "8h soon", "99999999d"] {
        assert!(text.parse::<Limit>().is_err(), "{text}");
    }
}

#[test]
fn records_go_only_along_the_ways_that_are_drawn() {
    let mut map =
        ProcessDecl { ordered: true, steps: vec![step("Baru", &["Penawaran", "Kalah"]), step("Penawaran", &[])], ..ProcessDecl::default() };
    assert!(map.allows(Some("Baru"), "Penawaran") && !map.allows(Some("Baru"), "Menang"));
    assert!(map.allows(Some("Penawaran"), "Baru"), "a step that names no way leads everywhere");
    assert!(map.allows(None, "Penawaran"), "without a beginning every step is one");
    map.steps[0].starts = true;
    assert!(map.allows(None, "Baru") && !map.allows(None, "Penawaran"));
    map.ordered = false;
    assert!(map.allows(Some("Baru"), "Menang"));
}

#[test]
fn a_stage_that_is_called_otherwise_stays_in_the_map() {
    let mut map = ProcessDecl { steps: vec![step("Baru", &["Penawaran"]), step("Penawaran", &[])], ..ProcessDecl::default() };
    assert!(map.rename_stage("Penawaran", "Tawaran"));
    assert_eq!((map.steps[0].to[0].as_str(), map.steps[1].stage.as_str()), ("Tawaran", "Tawaran"));
    assert!(!map.rename_stage("Lain", "Tawaran"));
}
