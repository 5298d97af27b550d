/**
 * The models of x86 processors that libvirt 12.8.0 knows, and their features.
 *
 * @module
 */

/** The features in libvirt's order. */
export const X86_FEATURES: readonly string[] = `
pni pclmuldq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid fma cx16 xtpr pdcm pcid dca sse4.1
sse4.2 x2apic movbe popcnt tsc-deadline aes xsave osxsave avx f16c rdrand hypervisor fpu vme de
pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 pn clflush ds acpi mmx fxsr sse sse2
ss ht tm ia64 pbe arat fsgsbase tsc_adjust sgx bmi1 hle avx2 fdp-excptn-only smep bmi2 erms
invpcid rtm cmt zero-fcs-fds mpx avx512f avx512dq rdseed adx smap avx512ifma pcommit clflushopt
clwb intel-pt avx512pf avx512er avx512cd sha-ni avx512bw avx512vl avx512vbmi umip pku ospke
waitpkg avx512vbmi2 cet-ss gfni vaes vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq la57
rdpid bus-lock-detect cldemote movdiri movdir64b sgxlc pks avx512-4vnniw avx512-4fmaps fsrm
avx512-vp2intersect md-clear serialize tsx-ldtrk pconfig arch-lbr cet-ibt amx-bf16 avx512-fp16
amx-tile amx-int8 spec-ctrl stibp flush-l1d arch-capabilities core-capability ssbd sha512 sm3 sm4
avx-vnni avx512-bf16 cmpccxadd fzrm fsrs fsrc fred lkgs wrmsrns amx-fp16 avx-ifma lam movrs
msr-imm avx-vnni-int8 avx-ne-convert amx-complex avx-vnni-int16 prefetchiti avx10 apxf intel-psfd
ipred-ctrl rrsba-ctrl ddpd-u bhi-ctrl mcdt-no xsaveopt xsavec xgetbv1 xsaves xfd mbm_total
mbm_local sgx1 sgx2 sgx-edeccssa sgx-exinfo sgx-debug sgx-mode64 sgx-provisionkey sgx-tokenkey
sgx-kss sgx-aex-notify intel-pt-lip amx-int8-alias amx-bf16-alias amx-complex-alias amx-fp16-alias
amx-fp8 amx-tf32 amx-avx512 amx-movrs avx10-128 avx10-256 avx10-512 avx10-vnni-int apx-nci-ndd-nf
lahf_lm cmp_legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit
wdt lwp fma4 tce cvt16 nodeid_msr tbm topoext perfctr_core perfctr_nb syscall nx mmxext fxsr_opt
pdpe1gb rdtscp lm 3dnowext 3dnow overflow-recov succor invtsc clzero xsaveerptr wbnoinvd ibpb ibrs
amd-stibp stibp-always-on amd-ssbd virt-ssbd amd-no-ssb amd-psfd npt lbrv svm-lock nrip-save
tsc-scale vmcb-clean flushbyasid decodeassists pause-filter pfthreshold avic v-vmsave-vmload vgif
gmet vnmi svme-addr-chk no-nested-data-bp fs-gs-base-ns lfence-always-serializing verw-clear
null-sel-clr-base auto-ibrs prefetchi eraps sbpb ibpb-brtype srso-no srso-user-kernel-no tsa-sq-no
tsa-l1-no perfmon-v2 xstore xstore-en xcrypt xcrypt-en ace2 ace2-en phe phe-en pmm pmm-en
split-lock-detect rdctl-no ibrs-all rsba skip-l1dfl-vmentry ssb-no mds-no pschange-mc-no tsx-ctrl
taa-no sbdr-ssdp-no fbsdp-no psdp-no fb-clear bhi-no pbrsb-no gds-no rfds-no rfds-clear its-no
vmx-ins-outs vmx-true-ctls vmx-any-errcode vmx-nested-exception vmx-store-lma vmx-activity-hlt
vmx-activity-shutdown vmx-activity-wait-sipi vmx-vmwrite-vmexit-fields vmx-zero-len-inject
vmx-apicv-xapic vmx-ept vmx-desc-exit vmx-rdtscp-exit vmx-apicv-x2apic vmx-vpid vmx-wbinvd-exit
vmx-unrestricted-guest vmx-apicv-register vmx-apicv-vid vmx-ple vmx-rdrand-exit vmx-invpcid-exit
vmx-vmfunc vmx-shadow-vmcs vmx-encls-exit vmx-rdseed-exit vmx-pml vmx-xsaves vmx-mbec
vmx-tsc-scaling vmx-enable-user-wait-pause vmx-ept-execonly vmx-page-walk-4 vmx-page-walk-5
vmx-ept-uc vmx-ept-wb vmx-ept-2mb vmx-ept-1gb vmx-invept vmx-eptad vmx-ept-advanced-exitinfo
vmx-invept-single-context vmx-invept-all-context vmx-invvpid vmx-invvpid-single-addr
vmx-invvpid-single-context vmx-invvpid-all-context vmx-invvpid-single-context-noglobals
vmx-intr-exit vmx-nmi-exit vmx-vnmi vmx-preemption-timer vmx-posted-intr vmx-vintr-pending
vmx-tsc-offset vmx-hlt-exit vmx-invlpg-exit vmx-mwait-exit vmx-rdpmc-exit vmx-rdtsc-exit
vmx-cr3-load-noexit vmx-cr3-store-noexit vmx-cr8-load-exit vmx-cr8-store-exit vmx-flexpriority
vmx-vnmi-pending vmx-movdr-exit vmx-io-exit vmx-io-bitmap vmx-mtf vmx-msr-bitmap vmx-monitor-exit
vmx-pause-exit vmx-secondary-ctls vmx-exit-nosave-debugctl vmx-exit-load-perf-global-ctrl
vmx-exit-ack-intr vmx-exit-save-pat vmx-exit-load-pat vmx-exit-save-efer vmx-exit-load-efer
vmx-exit-save-preemption-timer vmx-exit-clear-bndcfgs vmx-exit-clear-rtit-ctl vmx-exit-save-cet
vmx-exit-load-pkrs vmx-exit-secondary-ctls vmx-entry-noload-debugctl vmx-entry-ia32e-mode
vmx-entry-load-perf-global-ctrl vmx-entry-load-pat vmx-entry-load-efer vmx-entry-load-bndcfgs
vmx-entry-load-rtit-ctl vmx-entry-load-cet vmx-entry-load-pkrs vmx-entry-load-fred
vmx-eptp-switching
`.trim().split(/\s+/);

/**
 * A model a line: its name (with `*` where it is never the answer), its vendor, the model that it
 * is told by, and what it has more (`+`) or less (`-`) than that, with the features that its
 * hypervisor has dropped (`~`; `=` takes one back).
 */
export const X86_MODELS: string = `
486 - - +fpu +vme +pse
486-v1* - 486
pentium - 486 +de +tsc +msr +mce +cx8 +mmx
pentium-v1* - pentium
pentium2 - pentium +pae +sep +mtrr +pge +mca +cmov +pat +pse36 +fxsr
pentium2-v1* - pentium2
pentium3 - pentium2 +sse
pentium3-v1* - pentium3
pentiumpro - pentium3 +apic +sse2 -vme -mtrr -mca -pse36
coreduo Intel pentiumpro +pni +monitor +vme +mtrr +mca +clflush +nx
coreduo-v1* Intel coreduo
n270 Intel coreduo +ssse3
n270-v1* Intel n270
core2duo Intel n270 +pse36 +syscall +lm
core2duo-v1* Intel core2duo
qemu32 - pentiumpro +pni
qemu32-v1* - qemu32
kvm32 - coreduo +pse36 -monitor -vme -nx
kvm32-v1* - kvm32
cpu64-rhel5* - kvm32 +syscall +nx +lm
cpu64-rhel6* - cpu64-rhel5 +cx16 +lahf_lm
qemu64 - cpu64-rhel5 +cx16 +svm
qemu64-v1* - qemu64
kvm64 - qemu64 -svm
kvm64-v1* - kvm64
Conroe Intel cpu64-rhel6 +ssse3 -cx16
Conroe-v1* Intel Conroe
Penryn Intel Conroe +cx16 +sse4.1
Penryn-v1* Intel Penryn
Nehalem Intel Penryn +sse4.2 +popcnt
Nehalem-IBRS Intel Nehalem +spec-ctrl
Nehalem-v1* Intel Nehalem
Nehalem-v2* Intel Nehalem-IBRS
Westmere Intel Nehalem +aes
Westmere-IBRS Intel Nehalem-v2 +aes
Westmere-v1* Intel Westmere
Westmere-v2* Intel Westmere-IBRS
SandyBridge Intel Westmere +pclmuldq +x2apic +tsc-deadline +xsave +avx +rdtscp
SandyBridge-IBRS Intel SandyBridge +spec-ctrl
SandyBridge-v1* Intel SandyBridge
SandyBridge-v2* Intel SandyBridge-IBRS
IvyBridge Intel SandyBridge +f16c +rdrand +vme +fsgsbase +smep +erms
IvyBridge-IBRS Intel IvyBridge +spec-ctrl
IvyBridge-v1* Intel IvyBridge
IvyBridge-v2* Intel IvyBridge-IBRS
Haswell-noTSX Intel IvyBridge +fma +pcid +movbe +bmi1 +avx2 +bmi2 +invpcid -f16c -rdrand -vme
Haswell-noTSX-IBRS Intel Haswell-noTSX +spec-ctrl
Haswell Intel Haswell-noTSX +hle +rtm
Haswell-IBRS Intel Haswell +spec-ctrl
Haswell-v1* Intel Haswell
Haswell-v2* Intel Haswell-noTSX
Haswell-v3* Intel Haswell-IBRS
Haswell-v4* Intel Haswell-noTSX-IBRS
Broadwell-noTSX Intel Haswell-v2 +rdseed +adx +smap +3dnowprefetch
Broadwell-noTSX-IBRS Intel Broadwell-noTSX +spec-ctrl
Broadwell Intel Broadwell-noTSX +hle +rtm
Broadwell-IBRS Intel Broadwell +spec-ctrl
Broadwell-v1* Intel Broadwell
Broadwell-v2* Intel Broadwell-noTSX
Broadwell-v3* Intel Broadwell-IBRS
Broadwell-v4* Intel Broadwell-noTSX-IBRS
Skylake-Client Intel Broadwell +f16c +rdrand +vme +arat +xsaveopt +xsavec +xgetbv1 +abm ~mpx
Skylake-Client-IBRS Intel Skylake-Client +spec-ctrl
Skylake-Client-noTSX-IBRS* Intel Skylake-Client-IBRS -hle -rtm
Skylake-Client-v1* Intel Skylake-Client
Skylake-Client-v2* Intel Skylake-Client-IBRS
Skylake-Client-v3* Intel Skylake-Client-noTSX-IBRS
Skylake-Client-v4* Intel Skylake-Client-v3 +xsaves +vmx-ins-outs +vmx-true-ctls +vmx-store-lma
  +vmx-activity-hlt +vmx-vmwrite-vmexit-fields +vmx-apicv-xapic +vmx-ept +vmx-desc-exit
  +vmx-rdtscp-exit +vmx-vpid +vmx-wbinvd-exit +vmx-unrestricted-guest +vmx-rdrand-exit
  +vmx-invpcid-exit +vmx-vmfunc +vmx-shadow-vmcs +vmx-rdseed-exit +vmx-pml +vmx-xsaves
  +vmx-ept-execonly +vmx-page-walk-4 +vmx-ept-2mb +vmx-ept-1gb +vmx-invept +vmx-eptad
  +vmx-invept-single-context +vmx-invept-all-context +vmx-invvpid-single-addr
  +vmx-invvpid-all-context +vmx-invvpid-single-context-noglobals +vmx-intr-exit +vmx-nmi-exit
  +vmx-vnmi +vmx-preemption-timer +vmx-vintr-pending +vmx-tsc-offset +vmx-hlt-exit
  +vmx-invlpg-exit +vmx-mwait-exit +vmx-rdpmc-exit +vmx-rdtsc-exit +vmx-cr3-load-noexit
  +vmx-cr3-store-noexit +vmx-cr8-load-exit +vmx-cr8-store-exit +vmx-flexpriority +vmx-vnmi-pending
  +vmx-movdr-exit +vmx-io-exit +vmx-io-bitmap +vmx-mtf +vmx-msr-bitmap +vmx-monitor-exit
  +vmx-pause-exit +vmx-secondary-ctls +vmx-exit-nosave-debugctl +vmx-exit-load-perf-global-ctrl
  +vmx-exit-ack-intr +vmx-exit-save-pat +vmx-exit-load-pat +vmx-exit-save-efer +vmx-exit-load-efer
  +vmx-exit-save-preemption-timer +vmx-entry-noload-debugctl +vmx-entry-ia32e-mode
  +vmx-entry-load-perf-global-ctrl +vmx-entry-load-pat +vmx-entry-load-efer +vmx-eptp-switching
  =mpx
Skylake-Server Intel Skylake-Client +avx512f +avx512dq +clwb +avx512cd +avx512bw +avx512vl
  +pdpe1gb
Skylake-Server-IBRS Intel Skylake-Server +spec-ctrl
Skylake-Server-noTSX-IBRS* Intel Skylake-Server-IBRS -hle -rtm
Skylake-Server-v1* Intel Skylake-Server
Skylake-Server-v2* Intel Skylake-Server-IBRS
Skylake-Server-v3* Intel Skylake-Server-noTSX-IBRS
Skylake-Server-v4* Intel Skylake-Client-v4 +avx512f +avx512dq +clwb +avx512cd +avx512bw +avx512vl
  +pku +pdpe1gb +vmx-apicv-x2apic +vmx-apicv-register +vmx-apicv-vid +vmx-posted-intr -xsaves
  -vmx-xsaves
Skylake-Server-v5* Intel Skylake-Server-v4 +xsaves +vmx-xsaves
Cascadelake-Server Intel Skylake-Server-v2 +clflushopt +avx512vnni +ssbd
Cascadelake-Server-noTSX* Intel Cascadelake-Server -hle -rtm
Cascadelake-Server-v1* Intel Cascadelake-Server
Cascadelake-Server-v2* Intel Skylake-Server-v4 +hle +rtm +clflushopt +avx512vnni
  +arch-capabilities +ssbd +rdctl-no +ibrs-all +skip-l1dfl-vmentry +mds-no -vmx-eptp-switching
Cascadelake-Server-v3* Intel Cascadelake-Server-noTSX
Cascadelake-Server-v4* Intel Cascadelake-Server-v2 +vmx-eptp-switching -hle -rtm
Cascadelake-Server-v5* Intel Cascadelake-Server-v4 +xsaves +vmx-xsaves
Icelake-Client Intel Skylake-Client-v2 +mpx +avx512vbmi +umip +pku +avx512vbmi2 +gfni +vaes
  +vpclmulqdq +avx512vnni +avx512bitalg +avx512-vpopcntdq +ssbd +wbnoinvd ~intel-pt =mpx
Icelake-Client-noTSX* Intel Icelake-Client -hle -rtm
Icelake-Server Intel Icelake-Client +avx512f +avx512dq +clflushopt +clwb +avx512cd +avx512bw
  +avx512vl +la57 +pdpe1gb -mpx ~mpx
Icelake-Server-noTSX* Intel Icelake-Server -hle -rtm
Icelake-Server-v1* Intel Icelake-Server
Icelake-Server-v2* Intel Icelake-Server-noTSX
Icelake-Server-v3* Intel Cascadelake-Server-v2 +avx512vbmi +umip +avx512vbmi2 +gfni +vaes
  +vpclmulqdq +avx512bitalg +avx512-vpopcntdq +la57 +wbnoinvd +pschange-mc-no +taa-no -hle -rtm
  -vmx-rdseed-exit -vmx-pml
Icelake-Server-v4* Intel Icelake-Server-v3 +avx512ifma +sha-ni +rdpid +fsrm +vmx-rdseed-exit
  +vmx-pml +vmx-eptp-switching
Icelake-Server-v5* Intel Icelake-Server-v4 +xsaves +vmx-xsaves
Icelake-Server-v6* Intel Icelake-Server-v5 +vmx-page-walk-5
Icelake-Server-v7* Intel Icelake-Server-v6 +hle +rtm
Cooperlake Intel Cascadelake-Server +pku +stibp +arch-capabilities +avx512-bf16 +rdctl-no
  +ibrs-all +skip-l1dfl-vmentry +mds-no +pschange-mc-no +taa-no =mpx
Cooperlake-v1* Intel Cooperlake
Cooperlake-v2* Intel Cascadelake-Server-v5 +hle +rtm +stibp +avx512-bf16 +pschange-mc-no +taa-no
Snowridge Intel Skylake-Client-v3 +clflushopt +clwb +sha-ni +umip +gfni +cldemote +movdiri
  +movdir64b +arch-capabilities +core-capability +ssbd +pdpe1gb +split-lock-detect -fma -pcid -avx
  -f16c -bmi1 -avx2 -bmi2 -invpcid -adx -abm =mpx
Snowridge-v1* Intel Snowridge
Snowridge-v2* Intel Skylake-Server-v4 +clflushopt +sha-ni +umip +gfni +cldemote +movdiri
  +movdir64b +arch-capabilities +core-capability +ssbd +split-lock-detect -fma -pcid -avx -f16c
  -bmi1 -avx2 -bmi2 -invpcid -avx512f -avx512dq -adx -avx512cd -avx512bw -avx512vl -pku -abm
Snowridge-v3* Intel Snowridge-v2 +xsaves +vmx-xsaves
Snowridge-v4* Intel Snowridge-v3 -core-capability -split-lock-detect
SapphireRapids Intel Cooperlake +avx512ifma +sha-ni +avx512vbmi +umip +avx512vbmi2 +gfni +vaes
  +vpclmulqdq +avx512bitalg +avx512-vpopcntdq +la57 +rdpid +bus-lock-detect +fsrm +serialize
  +tsx-ldtrk +amx-bf16 +avx512-fp16 +amx-tile +amx-int8 +avx-vnni +fzrm +fsrs +fsrc +xsaves +xfd
  +wbnoinvd -stibp
SapphireRapids-v1* Intel SapphireRapids
SapphireRapids-v2* Intel Icelake-Server-v7 +bus-lock-detect +serialize +tsx-ldtrk +amx-bf16
  +avx512-fp16 +amx-tile +amx-int8 +avx-vnni +avx512-bf16 +fzrm +fsrs +fsrc +xfd +sbdr-ssdp-no
  +fbsdp-no +psdp-no
SapphireRapids-v3* Intel SapphireRapids-v2 +ss +tsc_adjust +cldemote +movdiri +movdir64b
SapphireRapids-v4* Intel SapphireRapids-v3
SapphireRapids-v5* Intel SapphireRapids-v3 +cet-ss +cet-ibt +vmx-exit-save-cet +vmx-entry-load-cet
SapphireRapids-v6* Intel SapphireRapids-v5 +its-no
GraniteRapids Intel SapphireRapids-v2 +amx-fp16 +prefetchiti +mcdt-no +pbrsb-no +vmx-invvpid
GraniteRapids-v1* Intel GraniteRapids
GraniteRapids-v2* Intel SapphireRapids-v3 +amx-fp16 +prefetchiti +avx10 +mcdt-no +avx10-128
  +avx10-256 +avx10-512 +pbrsb-no
GraniteRapids-v3* Intel GraniteRapids-v2
GraniteRapids-v4* Intel GraniteRapids-v2 +cet-ss +cet-ibt +vmx-exit-save-cet +vmx-entry-load-cet
GraniteRapids-v5* Intel GraniteRapids-v4 +its-no
SierraForest-v3* Intel Snowridge-v4 +fma +pcid +avx +f16c +ss +tsc_adjust +bmi1 +avx2 +bmi2
  +invpcid +adx +pku +vaes +vpclmulqdq +rdpid +bus-lock-detect +fsrm +serialize +avx-vnni
  +cmpccxadd +fsrs +avx-ifma +lam +avx-vnni-int8 +avx-ne-convert +intel-psfd +ipred-ctrl
  +rrsba-ctrl +bhi-ctrl +mcdt-no +abm +wbnoinvd +rdctl-no +ibrs-all +skip-l1dfl-vmentry +mds-no
  +pschange-mc-no +sbdr-ssdp-no +fbsdp-no +psdp-no +pbrsb-no +gds-no +rfds-no
SierraForest Intel SierraForest-v3 +vmx-invvpid -ss -tsc_adjust -cldemote -movdiri -movdir64b -lam
  -intel-psfd -ipred-ctrl -rrsba-ctrl -bhi-ctrl -gds-no -rfds-no
SierraForest-v1* Intel SierraForest
SierraForest-v2* Intel SierraForest-v3
SierraForest-v4* Intel SierraForest-v3 +cet-ss +cet-ibt +vmx-exit-save-cet +vmx-entry-load-cet
SierraForest-v5* Intel SierraForest-v4 +its-no
ClearwaterForest Intel SierraForest-v3 +sha512 +sm3 +sm4 +avx-vnni-int16 +prefetchiti +ddpd-u
  +bhi-no
ClearwaterForest-v1* Intel ClearwaterForest
ClearwaterForest-v2* Intel ClearwaterForest +cet-ss +cet-ibt +vmx-exit-save-cet
  +vmx-entry-load-cet
ClearwaterForest-v3* Intel ClearwaterForest-v2 +its-no
Denverton Intel Snowridge-v4 +mpx +rdctl-no +skip-l1dfl-vmentry -clwb -umip -gfni -cldemote
  -movdiri -movdir64b -xsaves -vmx-xsaves
Denverton-v1* Intel Denverton
Denverton-v2* Intel Denverton -mpx
Denverton-v3* Intel Denverton-v2 +xsaves +vmx-xsaves
KnightsMill Intel Skylake-Client +ss +avx512f +avx512pf +avx512er +avx512cd +avx512-vpopcntdq
  +avx512-4vnniw +avx512-4fmaps +pdpe1gb -pcid -hle -invpcid -rtm -smap -xsavec -xgetbv1 =mpx
KnightsMill-v1* Intel KnightsMill
DiamondRapids Intel GraniteRapids-v4 +fdp-excptn-only +zero-fcs-fds +md-clear +stibp +flush-l1d
  +cmpccxadd +fred +lkgs +wrmsrns +avx-ifma +lam +movrs +avx-vnni-int8 +avx-ne-convert
  +amx-complex +apxf +intel-psfd +ipred-ctrl +rrsba-ctrl +ddpd-u +bhi-ctrl +amx-int8-alias
  +amx-bf16-alias +amx-complex-alias +amx-fp16-alias +amx-fp8 +amx-tf32 +amx-avx512 +amx-movrs
  +avx10-vnni-int +apx-nci-ndd-nf +bhi-no +gds-no +rfds-no +vmx-nested-exception
  +vmx-activity-shutdown +vmx-activity-wait-sipi +vmx-tsc-scaling +vmx-enable-user-wait-pause
  +vmx-exit-secondary-ctls +vmx-entry-load-fred -avx10-128 -avx10-256 -avx10-512
DiamondRapids-v1* Intel DiamondRapids
athlon AMD pentium3 +apic +sse2 +mmxext +3dnowext +3dnow -mca
athlon-v1* AMD athlon
phenom AMD qemu64 +monitor +mmxext +fxsr_opt +3dnowext +3dnow -cx16
phenom-v1* AMD phenom
Opteron_G1 AMD kvm64 -cx16
Opteron_G1-v1* AMD kvm64 -cx16
Opteron_G2 AMD qemu64 +lahf_lm +rdtscp
Opteron_G2-v1* AMD Opteron_G2
Opteron_G3 AMD Opteron_G2 +popcnt +abm +sse4a +misalignsse ~monitor
Opteron_G3-v1* AMD Opteron_G3
Opteron_G4 AMD SandyBridge +svm +abm +sse4a +misalignsse +3dnowprefetch +xop +fma4 +pdpe1gb
  -x2apic -tsc-deadline
Opteron_G4-v1* AMD Opteron_G4
Opteron_G5 AMD Opteron_G4 +fma +f16c +tbm
Opteron_G5-v1* AMD Opteron_G5
EPYC AMD Skylake-Client +clflushopt +sha-ni +svm +cr8legacy +sse4a +misalignsse +osvw +mmxext
  +fxsr_opt +pdpe1gb -pcid -x2apic -tsc-deadline -hle -erms -invpcid -rtm ~monitor =mpx
EPYC-IBPB AMD EPYC +ibpb
EPYC-v1* AMD EPYC
EPYC-v2* AMD EPYC +ibpb
EPYC-v3* AMD EPYC-v2 +xsaves +perfctr_core +clzero +xsaveerptr +npt +nrip-save =monitor
EPYC-v4* AMD EPYC-v3
EPYC-v5* AMD EPYC-v3 +overflow-recov +succor +lbrv +tsc-scale +vmcb-clean +flushbyasid
  +pause-filter +pfthreshold +v-vmsave-vmload +vgif
EPYC-Rome AMD EPYC-v3 +clwb +umip +rdpid +wbnoinvd +amd-stibp -xsaves
EPYC-Rome-v1* AMD EPYC-Rome
EPYC-Rome-v2* AMD EPYC-Rome +xsaves +ibrs +amd-ssbd
EPYC-Rome-v3* AMD EPYC-Rome-v2
EPYC-Rome-v4* AMD EPYC-Rome-v2 -xsaves
EPYC-Rome-v5* AMD EPYC-v5 +clwb +umip +rdpid +wbnoinvd +ibrs +amd-stibp +amd-ssbd -xsaves
EPYC-Milan AMD EPYC-Rome-v2 +pcid +erms +invpcid +pku +fsrm +svme-addr-chk
EPYC-Milan-v1* AMD EPYC-Milan
EPYC-Milan-v2* AMD EPYC-Milan +vaes +vpclmulqdq +stibp-always-on +amd-psfd +no-nested-data-bp
  +lfence-always-serializing +null-sel-clr-base
EPYC-Milan-v3* AMD EPYC-Milan-v2 +overflow-recov +succor +lbrv +tsc-scale +vmcb-clean +flushbyasid
  +pause-filter +pfthreshold +v-vmsave-vmload +vgif
EPYC-Genoa AMD EPYC-Milan-v2 +avx512f +avx512dq +avx512ifma +avx512cd +avx512bw +avx512vl
  +avx512vbmi +avx512vbmi2 +gfni +avx512vnni +avx512bitalg +avx512-vpopcntdq +la57 +avx512-bf16
  +vnmi +auto-ibrs
EPYC-Genoa-v1* AMD EPYC-Genoa
EPYC-Genoa-v2* AMD EPYC-Genoa +overflow-recov +succor +lbrv +tsc-scale +vmcb-clean +flushbyasid
  +pause-filter +pfthreshold +v-vmsave-vmload +vgif +fs-gs-base-ns +perfmon-v2
EPYC-Turin AMD EPYC-Genoa-v2 +movdiri +movdir64b +avx512-vp2intersect +avx-vnni +prefetchi +sbpb
  +ibpb-brtype +srso-user-kernel-no
EPYC-Turin-v1* AMD EPYC-Turin
Dhyana Hygon EPYC-v2 -pclmuldq -aes -sha-ni
Dhyana-v1* Hygon Dhyana
Dhyana-v2* Hygon Dhyana +xsaves +npt +nrip-save =monitor
YongFeng Zhaoxin CentaurHauls Denverton-v2 +fma +pcid +avx +f16c +acpi +ss +bmi1 +avx2 +bmi2
  +invpcid +adx +umip +pku +rdpid +abm +invtsc +xstore +xstore-en +xcrypt +xcrypt-en +ace2 +phe
  +phe-en +pmm +pmm-en +ssb-no +mds-no +pschange-mc-no -arat -erms -clflushopt -ssbd -xsavec
  -xgetbv1 -vmx-rdseed-exit
YongFeng-v1* Zhaoxin CentaurHauls YongFeng
YongFeng-v2* Zhaoxin CentaurHauls YongFeng
YongFeng-v3* Zhaoxin CentaurHauls YongFeng
`;
