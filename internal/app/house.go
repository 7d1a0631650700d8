package app

import (
	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/demo"
	"touyan/internal/job"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/workbench"
)

// house holds the modules. What a module needs of another is handed over here and nowhere else.
type house struct {
	keys       *crypt.Keys
	org        *org.Module
	assessment *assessment.Module
	demo       *demo.Loader
	modules    []access.Module
}

func build(keys *crypt.Keys, jobs *job.Runner) *house {
	h := &house{keys: keys, org: org.New(), assessment: assessment.New(positionTitle)}
	h.modules = []access.Module{
		workbench.New(nil, nil).Module(),
		h.org.Module(),
		jobs.Module(),
		h.assessment.Module(),
	}
	return h
}

// bind hands the core to what starts work beyond a user's scope.
func (h *house) bind(core *access.Core) {
	h.org.Bind(core)
	h.demo = demo.New(core, h.keys, positionTitle)
}

func positionTitle(code string, _ bool) string { return code }
