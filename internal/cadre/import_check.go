package cadre

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/xlsx"
)

// checked is a batch with everything that its preview shows.
type checked struct {
	Batch  Batch
	Upload *upload
	plan
}

// count sums up what a preview says, for the page and for the confirmation.
func (c checked) count() batchSummary {
	s := c.Batch.Summary
	s.Add, s.Update, s.Same, s.Bad, s.Rows, s.Checked = 0, 0, 0, 0, 0, false
	if c.Upload == nil || len(c.Upload.headers()) > 0 {
		return s
	}
	bad := c.Upload.Report.Bad()
	for _, in := range c.Intents {
		switch {
		case bad[in.Row] || s.Hold && len(in.Requests) > 0:
		case in.Existing == nil:
			s.Add++
		case len(in.Changes) > 0 || len(in.New) > 0:
			s.Update++
		default:
			s.Same++
		}
	}
	s.Rows, s.Checked = len(c.Upload.Lines), true
	for _, e := range c.Upload.Entries {
		s.Rows += len(e.Lines)
	}
	for _, r := range c.Upload.reports() {
		s.Bad += r.BadRows()
	}
	return s
}

// finding is one thing wrong, with its sheet.
type finding struct {
	Sheet string
	xlsx.Finding
}

// errors are the findings in the order in which the user goes through his file: sheet by sheet, row by row, from left to
// right.
func (c checked) errors() (out []finding) {
	for _, r := range c.Upload.reports() {
		list := r.Sorted()
		slices.SortStableFunc(list, func(a, b xlsx.Finding) int {
			return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(len(a.Ref), len(b.Ref)), cmp.Compare(a.Ref, b.Ref))
		})
		for _, f := range list {
			out = append(out, finding{r.Sheet, f})
		}
	}
	return out
}

// warnings are what does not hinder.
func (c checked) warnings() (out []finding) {
	for _, f := range c.Upload.Warnings {
		out = append(out, finding{c.Upload.Match.Sheet, f})
	}
	return out
}

// check reads and compares a batch anew: the register may have changed since its upload.
func (m *Importer) check(ctx context.Context, tx *access.Tx, id int64) (checked, error) {
	var c checked
	var err error
	if c.Batch, err = loadBatch(ctx, tx, m.keys, id); err != nil {
		return c, err
	}
	if len(c.Batch.Content) == 0 {
		return c, nil
	}
	return c, m.read(ctx, tx, &c)
}

// read reads and compares the content of a batch.
func (m *Importer) read(ctx context.Context, tx *access.Tx, c *checked) error {
	known, err := mappings(ctx, tx)
	if err != nil {
		return err
	}
	for title, key := range c.Batch.Summary.Mapping {
		known[title] = key
	}
	if c.Upload, err = readUpload(c.Batch.Content, known, tx.Scope().Today()); err != nil {
		return err
	}
	if len(c.Upload.headers()) > 0 {
		return nil
	}
	c.plan, err = resolve(ctx, tx, m.keys, c.Upload, c.Batch.Summary.Replace)
	return err
}

// handover keeps what an upload was found to say for the preview that the browser asks for right behind it, so that nobody
// waits for the same file to be read twice. It holds one upload, for seconds and once: a preview that comes later, under
// another grant or to another process reads anew.
type handover struct {
	mu           sync.Mutex
	batch, grant int64
	found        checked
	forget       *time.Timer
}

const handedOver = 5 * time.Second

func (h *handover) put(batch, grant int64, found checked) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.forget != nil {
		h.forget.Stop()
	}
	h.batch, h.grant, h.found = batch, grant, found
	h.forget = time.AfterFunc(handedOver, func() { h.take(batch, grant) })
}

func (h *handover) take(batch, grant int64) (checked, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.batch != batch || h.grant != grant {
		return checked{}, false
	}
	found := h.found
	h.batch, h.grant, h.found = 0, 0, checked{}
	return found, true
}
