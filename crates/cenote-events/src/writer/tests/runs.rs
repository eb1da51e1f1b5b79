//! Runs inside a run.

use super::*;

#[test]
fn no_run_leads_out_of_the_log_directory() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path().join("log")).unwrap();
    let elsewhere = dir.path().join("elsewhere");
    for name in [
        "../elsewhere",
        "a/../../elsewhere",
        elsewhere.to_str().unwrap(),
        "",
    ] {
        let hparams = Hparams::new().set("lr", 0.1).run_name(name);
        let error = writer
            .add_hparams(&hparams, [("loss", 1.0)], 0)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the name of a run is {name:?}; it is a directory inside of the log directory: give one without .., and not from the root"
            )
        );
    }
    let error = writer.add_scalars("loss", [("x/../../../elsewhere", 1.0)], 0);
    assert!(matches!(error, Err(Error::Argument { .. })));
    assert!(!elsewhere.exists());
}

#[test]
fn series_have_torchs_directories() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    writer
        .add_scalars("a/loss", [("x/y", 1.0), ("x_y", 2.0)], 0)
        .unwrap();
    writer.close().unwrap();
    for (run, value) in [("a_loss_x/y", 1.0), ("a_loss_x_y", 2.0)] {
        let Some(What::Summary(summary)) = &events(&dir.path().join(run))[1].what else {
            panic!("not a summary")
        };
        assert_eq!(summary.value[0].tag, "a/loss");
        assert_eq!(summary.value[0].value, Some(Kind::SimpleValue(value)));
    }
}

#[test]
fn a_session_keeps_no_file_open() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let session = Hparams::new().set("lr", 0.1);
    for hparams in [session.clone(), session.clone().run_name("named")] {
        for step in 0..2 {
            writer.add_hparams(&hparams, [("loss", 1.0)], step).unwrap();
        }
    }
    assert!(writer.children().is_empty());
    let named: Vec<_> = fs::read_dir(dir.path().join("named")).unwrap().collect();
    assert_eq!(named.len(), 2, "as torch, a file for each call");
    assert_eq!(events(&dir.path().join("named")).len(), 5);
}

#[test]
fn a_flush_sees_to_every_run_whatever_the_first_error_is() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let values = [("a", 1.0), ("b", 2.0)];
    writer.add_scalars("loss", values, 0).unwrap();
    writer.child("loss_a").unwrap().close().unwrap();
    assert!(matches!(writer.flush(), Err(Error::Closed { .. })));
    assert_eq!(events(&dir.path().join("loss_b")).len(), 2);
}

#[test]
fn no_run_is_begun_behind_a_close() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let writer = SummaryWriter::new(dir.path()).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let writer = &writer;
                scope.spawn(move || {
                    let add = |i: &i32| {
                        let key = format!("{round}.{thread}.{i}");
                        writer
                            .add_scalars("loss", [(key.as_str(), 1.0)], 0)
                            .is_err()
                    };
                    assert!((0..).any(|i| add(&i)));
                });
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
            writer.close().unwrap();
        });
        let closed = |child: &SummaryWriter| {
            matches!(child.add_scalar("loss", 1.0, 0), Err(Error::Closed { .. }))
        };
        assert!(writer.children().values().all(closed));
    }
}
