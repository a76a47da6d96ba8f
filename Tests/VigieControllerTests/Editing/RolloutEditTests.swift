import Testing
import VigieEngine
import VigieKubernetes
import VigieRollouts

@testable import VigieController

@Suite struct RolloutEditTests {
    private let time = WallTime(milliseconds: 1_700_000_000_000)

    private func rollout(_ change: (inout Rollout) -> Void = { _ in }) -> EditedRollout {
        let spec = RolloutSpec(
            model: "fraud", stable: VersionReference(version: 1),
            canary: VersionReference(version: 2))
        var rollout = Rollout(RolloutMetadata(name: "fraud"), spec)
        change(&rollout)
        return EditedRollout(rollout)
    }

    /// As its controller sees it at some phase.
    private func begun(_ phase: RolloutPhase, _ change: (inout Rollout) -> Void = { _ in })
        -> EditedRollout
    {
        rollout { rollout in
            rollout.status.phase = phase
            rollout.status.stableVersion = 1
            rollout.status.canaryVersion = 2
            change(&rollout)
        }
    }

    private func changes(_ edit: RolloutEdit) -> [String] {
        edit.changes.map { "\($0.name)=\($0.value.map(YAMLText.flow) ?? "nothing")" }
    }

    @Test func a_canary_begins_without_the_weight_and_the_words_of_the_one_before() throws {
        let before = rollout { rollout in
            rollout.spec.canary = VersionReference(
                version: 2, digest: String(repeating: "a", count: 64))
            rollout.spec.routing.weight = 5000
            rollout.spec.abort = true
        }
        let edit = try RolloutEdit.canary(before, 3, at: time)
        #expect(
            changes(edit) == [
                "spec.canary.version=3", "spec.canary.digest=nothing", "spec.abort=nothing",
                "spec.routing.weight=nothing",
            ])
    }

    @Test func a_promoted_version_is_written_down_when_the_next_canary_begins() throws {
        let edit = try RolloutEdit.canary(begun(.succeeded), 3, weight: 500, at: time)
        #expect(
            changes(edit) == [
                "spec.canary.version=3", "spec.stable.version=2", "spec.routing.weight=500",
            ])
        #expect(edit.summary == "version 3 is on trial beside version 2")
    }

    @Test func a_version_that_is_out_is_tried_again() throws {
        let edit = try RolloutEdit.canary(begun(.rolledBack), 2, at: time)
        #expect(edit.changes.map(\.name) == ["annotation vigie.dev/restart"])
    }

    @Test func a_canary_cannot_be_the_stable_version_or_on_trial_already() {
        #expect {
            try RolloutEdit.canary(rollout(), 1, at: time)
        } throws: { "\($0)".hasPrefix("spec.canary.version must differ") }
        #expect {
            try RolloutEdit.canary(rollout(), 2, at: time)
        } throws: { "\($0)".hasPrefix("spec.canary.version is 2 already") }
        #expect(throws: EditRefusal.self) { try RolloutEdit.canary(rollout(), 0, at: time) }
        #expect(throws: EditRefusal.self) {
            try RolloutEdit.canary(begun(.succeeded), 2, at: time)
        }
    }

    @Test func a_weight_names_what_was_before_and_its_range() throws {
        let edit = try RolloutEdit.weight(rollout { $0.spec.routing.weight = 100 }, 500)
        #expect(changes(edit) == ["spec.routing.weight=500"])
        #expect(edit.summary == "version 2 answers 5 % instead of 1 %")
        #expect {
            try RolloutEdit.weight(rollout(), 10_001)
        } throws: { "\($0)".hasPrefix("spec.routing.weight is 10001") }
        #expect {
            try RolloutEdit.weight(rollout { $0.spec.canary = nil }, 5)
        } throws: { "\($0)".hasPrefix("spec.canary is missing") }
        #expect {
            try RolloutEdit.weight(begun(.rolledBack) { $0.status.message = "bad" }, 5)
        } throws: { "\($0)".contains("version 2 is out (bad)") }
    }

    @Test func the_wheel_goes_back_to_steps_only_if_there_are_some() throws {
        #expect(throws: EditRefusal.self) { try RolloutEdit.weight(rollout(), nil) }
        let held = rollout { rollout in
            rollout.spec.routing.weight = 100
            rollout.spec.strategy.steps = [StepSpec(.weight(500))]
        }
        #expect(changes(try RolloutEdit.weight(held, nil)) == ["spec.routing.weight=nothing"])
    }

    @Test func what_is_promoted_before_a_controller_has_begun_would_not_count() throws {
        #expect {
            try RolloutEdit.promote(rollout())
        } throws: { "\($0)".contains("no controller has begun version 2") }
        let edit = try RolloutEdit.promote(rollout(), now: true)
        #expect(changes(edit) == ["spec.stable.version=2", "spec.canary=nothing"])
        #expect(throws: EditRefusal.self) {
            try RolloutEdit.promote(rollout { $0.spec.approvalsRequired = 1 }, now: true)
        }
    }

    @Test func a_promotion_says_which_approvals_are_missing() throws {
        let edit = try RolloutEdit.promote(begun(.progressing) { $0.spec.approvalsRequired = 2 })
        #expect(changes(edit) == ["spec.promote=true"])
        #expect(edit.notes.first?.hasPrefix("it waits for 2 of 2 approvals") == true)
    }

    @Test func undo_takes_a_canary_out_or_goes_back_before_the_last_promotion() throws {
        #expect(changes(try RolloutEdit.undo(begun(.progressing))) == ["spec.abort=true"])
        let promoted = begun(.succeeded) { $0.spec.promote = true }
        #expect(
            changes(try RolloutEdit.undo(promoted)) == ["spec.abort=true", "spec.promote=nothing"])
        let settled = rollout { rollout in
            rollout.spec.stable = VersionReference(version: 2)
            rollout.spec.canary = nil
            rollout.status.history = [
                record(2, 3, .rolledBack), record(1, 2, .succeeded), record(0, 1, .succeeded),
            ]
        }
        #expect(changes(try RolloutEdit.undo(settled)) == ["spec.stable.version=1"])
        #expect {
            try RolloutEdit.undo(rollout { $0.spec.canary = nil })
        } throws: { "\($0)".hasPrefix("status.history knows no promotion to version 1") }
    }

    private func record(
        _ stable: Int, _ canary: Int, _ outcome: RolloutRecord.Outcome
    ) -> RolloutRecord {
        RolloutRecord(
            stableVersion: stable, canaryVersion: canary, outcome: outcome, reason: "r",
            startedAt: time, finishedAt: time)
    }

    @Test func it_goes_on_from_whatever_holds_it() throws {
        #expect(
            changes(try RolloutEdit.resume(begun(.paused) { $0.spec.suspend = true }, at: time))
                == ["spec.suspend=nothing"])
        let waiting = begun(.paused) { rollout in
            rollout.status.reason = RolloutReason.awaitingResume.rawValue
            rollout.status.stepIndex = 3
        }
        #expect(
            changes(try RolloutEdit.resume(waiting, at: time))
                == ["annotation vigie.dev/resume=\"3#\(time)\""])
        #expect(throws: EditRefusal.self) { try RolloutEdit.resume(begun(.progressing), at: time) }
    }

    @Test func approvals_are_of_different_people_and_of_this_canary() throws {
        let before = begun(.paused) { rollout in
            rollout.spec.approvalsRequired = 2
            rollout.metadata.annotations = [
                RolloutAnnotation.author: "ada",
                RolloutAnnotation.approvedByPrefix + "1": "grace#2",
                RolloutAnnotation.approvedByPrefix + "2": "joan#1",
            ]
        }
        let edit = try RolloutEdit.approve(before, as: "edsger")
        #expect(changes(edit) == ["annotation vigie.dev/approved-by-3=\"edsger#2\""])
        #expect(edit.notes == ["2 of 2 approvals"])
        // What she said of another version is replaced.
        #expect(
            changes(try RolloutEdit.approve(before, as: "joan"))
                == ["annotation vigie.dev/approved-by-2=\"joan#2\""])
        for user in ["ada", "grace", "", "a b", "a#2"] {
            #expect(throws: EditRefusal.self) { try RolloutEdit.approve(before, as: user) }
        }
    }

    @Test func shadows_are_added_changed_and_taken_away() throws {
        let before = rollout {
            $0.spec.shadows = [ShadowSpec(VersionReference(version: 3), queue: 5)]
        }
        #expect(
            changes(try RolloutEdit.shadow(before, 3, percent: 10))
                == ["spec.shadows=[{version: 3, percent: 10, queue: 5}]"])
        #expect(
            changes(try RolloutEdit.shadow(before, 3, percent: nil)) == ["spec.shadows=nothing"])
        #expect(throws: EditRefusal.self) { try RolloutEdit.shadow(before, 1, percent: 10) }
        #expect(throws: EditRefusal.self) { try RolloutEdit.shadow(before, 4, percent: nil) }
        #expect(throws: EditRefusal.self) { try RolloutEdit.shadow(before, 4, percent: 101) }
    }

    @Test func a_merge_patch_takes_away_with_null() {
        let patch = JSONValue.mergePatch([
            FieldChange(["spec", "canary", "version"], .number(3)),
            FieldChange(["spec", "canary", "digest"], nil),
            FieldChange(["metadata", "annotations", "vigie.dev/resume"], .string("1")),
        ])
        #expect(patch["spec"]?["canary"]?["version"]?.integer == 3)
        #expect(patch["spec"]?["canary"]?["digest"] == .null)
        #expect(patch["metadata"]?["annotations"]?["vigie.dev/resume"]?.string == "1")
    }
}

@Suite struct TypedQuantitiesTests {
    @Test(arguments: [
        ("5%", 500), ("0.25%", 25), ("0.29%", 29), ("500", 500), ("100%", 10_000), ("0", 0),
    ])
    func shares(_ text: String, _ points: Int) {
        #expect(TypedShare.basisPoints(text) == points)
    }

    @Test(arguments: ["", "%", "-1", "101%", "10001", "0.001%", "1e2", "nan%", "5 x"])
    func no_shares(_ text: String) { #expect(TypedShare.basisPoints(text) == nil) }

    @Test func steps() throws {
        let steps = try #require(StepSpec.list(typed: "shadow:10m, 1%:indefinite,5000"))
        #expect(
            steps == [
                StepSpec(.shadow(percent: 100), pause: .duration(.seconds(600))),
                StepSpec(.weight(100), pause: .indefinite), StepSpec(.weight(5000)),
            ])
        for text in ["", "1%,", "1%:x", "1%:1m:2"] {
            #expect(StepSpec.list(typed: text) == nil)
        }
    }

    @Test func goals() throws {
        #expect(WatchGoal("promoted") == WatchGoal("Succeeded"))
        #expect(WatchGoal("Gone") == nil)
        var rollout = Rollout(
            RolloutMetadata(name: "m"),
            RolloutSpec(
                model: "m", stable: VersionReference(version: 1),
                canary: VersionReference(version: 2)))
        let goal = try #require(WatchGoal("Promoted"))
        #expect(goal.isReached(by: rollout) == nil)
        rollout.status.canaryVersion = 2
        rollout.status.phase = .rolledBack
        #expect(goal.isReached(by: rollout) == false)
        // Tried again: that the try before has ended is not what is waited for.
        rollout.metadata.annotations[RolloutAnnotation.restart] = "again"
        #expect(goal.isReached(by: rollout) == nil)
        rollout.status.restart = "again"
        rollout.status.phase = .succeeded
        #expect(goal.isReached(by: rollout) == true)
    }

    @Test func bars() {
        #expect(WatchFrame.bar(0, width: 4) == "░░░░")
        #expect(WatchFrame.bar(1, width: 4) == "█░░░")
        #expect(WatchFrame.bar(5000, width: 4) == "██░░")
        #expect(WatchFrame.bar(10_000, width: 4) == "████")
    }
}
