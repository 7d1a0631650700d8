package job

import (
	"context"
	"io"
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// partSize is how much of a streamed file is held in memory.
const partSize = 1 << 20

// Stream leaves a file for the starter that write produces piece by piece, so that memory does not grow with it. What an
// attempt that was killed had written goes first.
func (r *Run) Stream(ctx context.Context, name, contentType string, write func(w io.Writer) error) error {
	err := access.InScope(ctx, r.Scope, func(tx *access.Tx) error {
		_, err := tx.Exec(ctx, `delete from job_file_parts where tenant_id = $1 and run_id = $2`, tx.Tenant(), r.ID)
		return err
	})
	if err != nil {
		return err
	}
	p := &parts{ctx: ctx, run: r, buffer: make([]byte, 0, partSize)}
	if err := write(p); err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return err
	}
	r.result.file = &File{Name: name, ContentType: contentType, Content: []byte{}}
	return nil
}

// parts writes a file into its table, a full buffer at a time.
type parts struct {
	ctx    context.Context
	run    *Run
	buffer []byte
	part   int
}

// Write fills the buffer and writes it out when it is full.
func (p *parts) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		fits := min(len(b), partSize-len(p.buffer))
		p.buffer = append(p.buffer, b[:fits]...)
		b, n = b[fits:], n+fits
		if len(p.buffer) == partSize {
			if err := p.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (p *parts) flush() error {
	if len(p.buffer) == 0 {
		return nil
	}
	err := access.InScope(p.ctx, p.run.Scope, func(tx *access.Tx) error {
		s := p.run.Scope
		_, err := tx.Exec(p.ctx, `insert into job_file_parts (tenant_id, township_id, village_id, run_id, part, content, created_at)
			values ($1, $2, $3, $4, $5, $6, $7)`, tx.Tenant(), s.Township(), s.Village(), p.run.ID, p.part, p.run.runner.seal(tx.Tenant(), p.buffer), s.Now())
		return err
	})
	p.buffer, p.part = p.buffer[:0], p.part+1
	return err
}

// sendParts sends a streamed file as it was written; nothing of it is there after its week.
func (r *Runner) sendParts(w http.ResponseWriter, req *http.Request, s access.Scope, run int64, f File) error {
	for part := 0; ; part++ {
		var content []byte
		err := access.Read(req.Context(), s, func(tx *access.Tx) error {
			return tx.QueryRow(req.Context(), `select content from job_file_parts where tenant_id = $1 and run_id = $2 and part = $3`,
				tx.Tenant(), run, part).Scan(&content)
		})
		if fault.Is(err, fault.KindNotFound) && part > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if content, err = r.unseal(s.Tenant(), content); err != nil {
			return err
		}
		if part == 0 {
			httpx.Attachment(w, f.Name, f.ContentType)
		}
		if _, err := w.Write(content); err != nil {
			return nil // the client has gone
		}
	}
}
