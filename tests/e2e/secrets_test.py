"""Secrets, given ones and those that steps announce, in every place that people read or that is kept."""

from sandbox import SandboxTest, main

GIVEN = "sup3rs3cret-of-the-shop"
FIRST, SECOND = "first-line-of-the-key", "second-line-of-the-key"
LONG = "".join(f"long-{i:03}-" for i in range(60))  # longer than what a reason shows of a value
MADE = "made-by-a-step-0815"
WEIRD = 'with "quotes" & <signs>'
ALL = {"given": GIVEN, "first": FIRST, "second": SECOND, "long": LONG[:40], "tail": LONG[-40:], "made": MADE,
       "weird": WEIRD}

PIPELINE = """\
    name: ci
    on: push
    jobs:
      everywhere:
        name: Everywhere ${{ vars.V }}
        runs-on: ubuntu-latest
        env:
          API: ${{ secrets.API }}
          LONG: ${{ secrets.LONG }}
          KEY: ${{ secrets.KEY }}
          WEIRD: ${{ secrets.WEIRD }}
        outputs: {made: "${{ steps.make.outputs.made }}", api: "${{ env.API }}"}
        steps:
          - name: before ${{ env.API }}
            run: "true"
          - if: env.API != ''
            run: echo "$API" "$KEY" "$LONG"
          - if: env.API == format('{0}', env.API) && contains(env.KEY, 'line-of-the')
            run: "true"
          - if: startsWith(env.LONG, 'x') || env.WEIRD == 'y' || contains(toJSON(env), 'z')
            run: "true"
          - id: make
            run: |
              made="made-by-$(echo a-step)-0815"
              echo "::add-mask::$made"
              echo "made=$made" >> "$GITHUB_OUTPUT"
              echo "$made=name" >> "$GITHUB_OUTPUT"
              echo "MADE=$made" >> "$GITHUB_ENV"
              echo "# $made $API" >> "$GITHUB_STEP_SUMMARY"
          - name: after ${{ env.MADE }} ${{ steps.make.outputs.made }}
            if: env.MADE != 'other'
            run: echo "$MADE"
          - {run: 'true', timeout-minutes: "${{ env.API }}", continue-on-error: true}
          - {run: 'true', timeout-minutes: "${{ env.MADE }}", continue-on-error: true}
          - {run: 'true', working-directory: "/nope/${{ env.API }}", continue-on-error: true}
          - {run: 'exit 3', continue-on-error: "${{ env.API }}", if: "env.API == 'no'"}
          - {run: 'echo "x<<$API" >> "$GITHUB_OUTPUT"', continue-on-error: true}
          - {run: 'echo "$MADE" >> "$GITHUB_ENV"', continue-on-error: true}
          - {run: 'echo "$LONG" >> "$GITHUB_ENV"', continue-on-error: true}
          - {run: 'echo "::warning title=$API,file=$MADE::$API"; echo "::error::$MADE"'}
          - {run: 'echo "::set-env name=A::$API"', continue-on-error: true}
          - uses: actions/upload-artifact@v4
            with: {name: none, path: "nope-${{ env.API }}", if-no-files-found: error}
            continue-on-error: true
          - uses: actions/upload-artifact@v4
            with: {name: none, path: "nope-${{ env.MADE }}"}
          - uses: actions/upload-artifact@v4
            with: {name: none, path: x, if-no-files-found: "${{ env.API }}"}
            continue-on-error: true
          - uses: actions/download-artifact@v4
            with: {name: "got-${{ env.API }}"}
            continue-on-error: true
          - uses: actions/cache@v4
            with: {key: "${{ env.LONG }}${{ env.LONG }}", path: x}
            continue-on-error: true
          - uses: actions/cache@v4
            with: {key: "k-${{ env.API }}", path: "${{ env.MADE }}"}
          - uses: actions/checkout@v4
            with: {ref: "${{ env.API }}"}
            continue-on-error: true
          - uses: actions/checkout@v4
            with: {ref: "${{ env.MADE }}"}
            continue-on-error: true
          - uses: ./say
            name: say ${{ env.API }}
            with: {what: "${{ env.API }}"}
            continue-on-error: true
          - run: exit ${{ fromJSON('["4"]')[0] }} # ${{ env.API }}
            name: last ${{ env.KEY }} ${{ env.WEIRD }}
      later:
        needs: everywhere
        if: always() && needs.everywhere.outputs.made != 'x' && needs.everywhere.outputs.api != 'x'
        runs-on: ubuntu-latest
        timeout-minutes: ${{ fromJSON('1') }}
        steps: [{run: 'true'}]
      called:
        uses: ./.github/workflows/called.yml
        secrets: {key: "${{ secrets.API }}"}
    """

CALLED = """\
    on: {workflow_call: {secrets: {key: {required: true}}, outputs: {key: {value: "${{ jobs.inner.outputs.key }}"}}}}
    jobs:
      inner:
        runs-on: ubuntu-latest
        env: {API: "${{ secrets.key }}"}
        outputs: {key: "${{ env.API }}"}
        steps:
          - {name: "inner ${{ env.API }}", if: env.API != '', run: 'true'}
    """

ACTION = """\
    name: say
    inputs: {what: {required: true}}
    outputs: {said: {value: "${{ inputs.what }}"}}
    runs:
      using: composite
      steps:
        - {name: "inside ${{ inputs.what }}", if: inputs.what != '', shell: bash, run: 'exit 1'}
    """

# Keys name what they hold, and are found by their name.
KEPT_BY_NAME = ("caches",)


class Secrets(SandboxTest):
    def setUp(self):
        super().setUp()
        box = self.sandbox
        box.commit({".github/workflows/called.yml": CALLED, "say/action.yml": ACTION})
        box.pipeline(PIPELINE)
        self.answer = box.sluice("run", ".github/workflows/ci.yml", "--secret", f"API={GIVEN}", "--secret",
                                 f"KEY={FIRST}\n{SECOND}\n", "--secret", f"LONG={LONG}", "--secret", f"WEIRD={WEIRD}",
                                 "--var", "V=1")
        self.assert_status(1, self.answer)

    def assert_hidden(self, text, where):
        for name, secret in ALL.items():
            at = text.find(secret)
            self.assertEqual(-1, at, f"the secret '{name}' in {where}: {text[max(0, at - 300):at + 300]}")

    def test_no_command_prints_them(self):
        self.assert_hidden(self.answer[1] + self.answer[2], "the live view")
        shown = self.answer[1] + self.answer[2]
        for command in (["runs", "show"], ["runs", "show", "--json"], ["runs", "show", "--summary"], ["runs", "logs"],
                        ["explain"], ["explain", "--json"], ["runs", "list", "--json"]):
            answer = self.sandbox.sluice(*command)
            self.assert_status(0, answer)
            self.assert_hidden(answer[1] + answer[2], " ".join(command))
            shown += answer[1]
        for text in ("before ***", "after *** ***", "say ***", "inside ***", "inner ***", "got '***'", "nope-***",
                     "no line is '***'", "# *** ***"):
            self.assertIn(text, shown)

    def test_nothing_that_is_kept_holds_them(self):
        for path in sorted(self.sandbox.home.rglob("*")):
            if path.is_symlink() or not path.is_file() or path.relative_to(self.sandbox.home).parts[0] in KEPT_BY_NAME:
                continue
            self.assert_hidden(path.read_bytes().decode(errors="replace"), str(path.relative_to(self.sandbox.home)))


if __name__ == "__main__":
    main()
