package app

import (
	"touyan/internal/access"
	"touyan/internal/account"
	"touyan/internal/assessment"
	"touyan/internal/cadre"
	"touyan/internal/demo"
	"touyan/internal/duty"
	"touyan/internal/job"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/report"
	"touyan/internal/workbench"
)

// house holds the modules. What a module needs of another is handed over here and nowhere else.
type house struct {
	keys       *crypt.Keys
	org        *org.Module
	cadre      *cadre.Module
	account    *account.Module
	assessment *assessment.Module
	demo       *demo.Loader
	modules    []access.Module
}

func build(cfg Config, keys *crypt.Keys, jobs *job.Runner) *house {
	h := &house{keys: keys, org: org.New(), assessment: assessment.New(cadre.PositionTitle)}
	h.assessment.Work(jobs)
	h.cadre = cadre.New(keys, jobs, h.assessment.Store)
	h.account = account.New(cfg.URL, register{h.cadre.Store})
	h.modules = []access.Module{
		workbench.New(h.steps()).Module(),
		h.org.Module(),
		jobs.Module(),
		h.cadre.Module(),
		cadre.NewImporter(keys, jobs).Module(),
		h.assessment.Module(),
		assessment.NewFiles(h.assessment, keys).Module(),
		duty.New(cfg.URL, cadre.PositionOrder(), cadre.PositionTitle).With(jobs, h.assessment).Module(),
		h.account.Module(),
		report.New(keys, h.cadre.Store).Module(),
	}
	return h
}

// bind makes what needs the finished core and is no module.
func (h *house) bind(core *access.Core) {
	h.demo = demo.New(core, h.keys, cadre.PositionTitle)
}
